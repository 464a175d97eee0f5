import { randomUUID } from 'node:crypto';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Database } from '../../src/persistence/database.ts';
import { openDatabase } from '../../src/persistence/open-database.ts';
import { postgresUrl, withAdminClient } from '../support/postgres-admin.ts';

export interface BenchDatabase {
  folder: string;
  /** What the service needs to open the same database. */
  environment: NodeJS.ProcessEnv;
  open(): Promise<Database>;
  remove(): Promise<void>;
}

/** An empty database: a new one on the server of DATABASE_URL, else embedded in a temporary folder. */
export async function makeBenchDatabase(): Promise<BenchDatabase> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'connector-bench-'));
  const server = process.env['DATABASE_URL'];
  const name = `connector_bench_${randomUUID().slice(0, 8)}`;
  if (server !== undefined) await withAdminClient(server, (client) => client.query(`CREATE DATABASE ${name}`));
  const databaseUrl = server === undefined ? undefined : postgresUrl(server, name);
  return {
    folder,
    environment: { DATA_DIR: folder, ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }) },
    open: () => openDatabase({ databaseUrl, dataDir: folder }),
    async remove() {
      if (server !== undefined) {
        await withAdminClient(server, (client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`));
      }
      await fs.rm(folder, { recursive: true });
    },
  };
}
