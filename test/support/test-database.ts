import { randomUUID } from 'node:crypto';
import fs from 'node:fs/promises';
import type { Database } from '../../src/persistence/database.ts';
import { openDatabase } from '../../src/persistence/open-database.ts';
import { openInMemory } from '../../src/persistence/embedded-database.ts';
import { openPostgres } from '../../src/persistence/postgres-database.ts';
import { postgresUrl, withAdminClient } from './postgres-admin.ts';

/** A migrated, empty database of its own: PostgreSQL when DATABASE_URL is set, else embedded. Gone after `close`. */
export async function openTestDatabase(): Promise<Database> {
  const databaseUrl = process.env['DATABASE_URL'];
  if (databaseUrl === undefined) {
    const dump = await fs.readFile(process.env['TEST_DATABASE_DUMP'] ?? '');
    return openInMemory({ loadDataDir: new Blob([new Uint8Array(dump)]) });
  }
  const { url, drop } = await createPostgresDatabase(databaseUrl);
  return droppedAfter(await openDatabase({ databaseUrl: url, dataDir: '' }), drop);
}

/** The same on PostgreSQL, with one session for everything, at the address that `change` makes of its own. */
export async function openOneSession(change: (url: URL) => void): Promise<Database> {
  const { url, drop } = await createPostgresDatabase(process.env['DATABASE_URL'] ?? '');
  const changed = new URL(url);
  change(changed);
  return droppedAfter(await openPostgres(changed.href, 1), drop);
}

function droppedAfter(database: Database, drop: () => Promise<void>): Database {
  return {
    ...database,
    async close() {
      await database.close();
      await drop();
    },
  };
}

/** A copy of the migrated template, for tests that open it themselves. */
export async function createPostgresDatabase(databaseUrl: string): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `connector_test_${randomUUID().replaceAll('-', '')}`;
  const template = process.env['TEST_DATABASE_TEMPLATE'];
  await withAdminClient(databaseUrl, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`));
  return {
    url: postgresUrl(databaseUrl, name),
    drop: () =>
      withAdminClient(databaseUrl, async (client) => void (await client.query(`DROP DATABASE ${name} WITH (FORCE)`))),
  };
}
