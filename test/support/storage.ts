import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createPostgresDatabase } from './test-database.ts';

/** A database for processes that are started as an operator would start them. */
export interface Storage {
  environment: NodeJS.ProcessEnv;
  remove(): Promise<void>;
}

/** A migrated, empty database of its own: PostgreSQL when DATABASE_URL is set, else a folder of the embedded one. */
export async function openStorage(): Promise<Storage> {
  const databaseUrl = process.env['DATABASE_URL'];
  if (databaseUrl !== undefined) {
    const { url, drop } = await createPostgresDatabase(databaseUrl);
    return { environment: { DATABASE_URL: url }, remove: drop };
  }
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'connector-storage-'));
  // Benches have none, and make it themselves.
  const migrated = process.env['TEST_DATABASE_FOLDER'];
  if (migrated !== undefined) await fs.cp(migrated, folder, { recursive: true });
  return { environment: { DATA_DIR: folder }, remove: () => fs.rm(folder, { recursive: true }) };
}
