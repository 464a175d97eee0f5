import { randomUUID } from 'node:crypto';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import type { MigrationSession } from '../../src/persistence/migrate.ts';
import { postgresUrl, withAdminClient } from '../support/postgres-admin.ts';

const EMPTY = 'DROP SCHEMA public CASCADE; CREATE SCHEMA public';

export interface EmptyDatabase extends MigrationSession {
  /** Drops every table there is. */
  empty(): Promise<void>;
  close(): Promise<void>;
}

/** A database without any table, of the kind the tests run on. */
export async function openEmptyDatabase(): Promise<EmptyDatabase> {
  const databaseUrl = process.env['DATABASE_URL'];
  if (databaseUrl !== undefined) {
    const { url, drop } = await createEmptyPostgres(databaseUrl);
    const session = await openSession(url);
    return { ...session, close: () => session.close().then(drop) };
  }
  const pglite = await PGlite.create('memory://');
  return {
    query: async <Row extends object>(text: string, values: readonly unknown[] = []) =>
      (await pglite.query<Row>(text, [...values])).rows,
    script: async (text) => void (await pglite.exec(text)),
    empty: async () => void (await pglite.exec(EMPTY)),
    close: () => pglite.close(),
  };
}

export async function createEmptyPostgres(databaseUrl: string): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `connector_empty_${randomUUID().replaceAll('-', '')}`;
  await withAdminClient(databaseUrl, (client) => client.query(`CREATE DATABASE ${name}`));
  return {
    url: postgresUrl(databaseUrl, name),
    drop: () =>
      withAdminClient(databaseUrl, async (client) => void (await client.query(`DROP DATABASE ${name} WITH (FORCE)`))),
  };
}

/** One connection: a migration's lock belongs to its session. */
export async function openSession(url: string): Promise<EmptyDatabase> {
  const client = new pg.Client(url);
  // Tests end sessions in the middle; whoever waits for an answer hears of it anyway.
  client.on('error', () => undefined);
  await client.connect();
  return {
    query: async <Row extends object>(text: string, values: readonly unknown[] = []) =>
      (await client.query<Row & pg.QueryResultRow>(text, [...values])).rows,
    script: async (text) => void (await client.query(text)),
    empty: async () => void (await client.query(EMPTY)),
    close: () => client.end(),
  };
}
