import { randomUUID } from 'node:crypto';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { migrate } from '../../src/persistence/migrate.ts';
import { postgresUrl, withAdminClient } from './postgres-admin.ts';

/**
 * Makes one migrated database for all test files to start from: a PostgreSQL template when DATABASE_URL is set, else a
 * folder of the embedded one and a dump of it. Returns what undoes it.
 */
export default async function globalSetup(): Promise<void> {
  const databaseUrl = process.env['DATABASE_URL'];
  const undo = databaseUrl === undefined ? await makeFolder() : await makeTemplate(databaseUrl);
  (globalThis as { undoTestDatabase?: () => Promise<void> }).undoTestDatabase = undo;
}

async function makeFolder(): Promise<() => Promise<void>> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'connector-tests-'));
  await fs.mkdir(path.join(folder, 'data'));
  const pglite = await PGlite.create(path.join(folder, 'data', 'db'));
  const query = async <Row>(text: string, values: readonly unknown[] = []) =>
    (await pglite.query<Row>(text, [...values])).rows;
  await migrate({ query, script: async (text) => void (await pglite.exec(text)) });
  const dump = await pglite.dumpDataDir('none');
  const file = path.join(folder, 'migrated.tar');
  await fs.writeFile(file, Buffer.from(await dump.arrayBuffer()));
  await pglite.close();
  process.env['TEST_DATABASE_DUMP'] = file;
  process.env['TEST_DATABASE_FOLDER'] = path.join(folder, 'data');
  return () => fs.rm(folder, { recursive: true });
}

async function makeTemplate(databaseUrl: string): Promise<() => Promise<void>> {
  const name = `connector_template_${randomUUID().slice(0, 8)}`;
  await withAdminClient(databaseUrl, (client) => client.query(`CREATE DATABASE ${name}`));
  const client = new pg.Client(postgresUrl(databaseUrl, name));
  await client.connect();
  const query = async <Row>(text: string, values: readonly unknown[] = []) =>
    (await client.query(text, [...values])).rows as Row[];
  await migrate({ query, script: async (text) => void (await client.query(text)) });
  await client.end();
  process.env['TEST_DATABASE_TEMPLATE'] = name;
  return () => withAdminClient(databaseUrl, async (admin) => void (await admin.query(`DROP DATABASE ${name}`)));
}
