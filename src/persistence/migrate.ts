import { createHash, randomUUID } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Sql } from './database.ts';

/** The advisory lock `prisma migrate` takes on PostgreSQL: replicas and Prisma's own CLI take turns. */
const PRISMA_MIGRATE_LOCK = 72707369;

const BOOKKEEPING = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" VARCHAR(36) PRIMARY KEY NOT NULL,
  "checksum" VARCHAR(64) NOT NULL,
  "finished_at" TIMESTAMPTZ,
  "migration_name" VARCHAR(255) NOT NULL,
  "logs" TEXT,
  "rolled_back_at" TIMESTAMPTZ,
  "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(),
  "applied_steps_count" INTEGER NOT NULL DEFAULT 0
)`;

/** One session: the advisory lock belongs to it. `script` runs several statements at once. */
export interface MigrationSession extends Sql {
  script(text: string): Promise<void>;
}

interface MigrationFile {
  name: string;
  sql: string;
  checksum: string;
}

export const MIGRATIONS_FOLDER = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));

async function readMigrations(folder: string): Promise<MigrationFile[]> {
  const entries = await fs.readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const sql = await fs.readFile(path.join(folder, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/**
 * Applies the missing migrations the way `prisma migrate deploy` does, with its lock and its bookkeeping table, so that
 * either may run first. Returns the names it applied. Throws when an earlier migration failed half-way or was edited
 * after it was applied.
 */
export async function migrate(session: MigrationSession, folder = MIGRATIONS_FOLDER): Promise<string[]> {
  await session.query(`SELECT pg_advisory_lock(${PRISMA_MIGRATE_LOCK})`);
  try {
    await session.script(BOOKKEEPING);
    const missing = await missingMigrations(session, folder);
    for (const migration of missing) await apply(session, migration);
    return missing.map((migration) => migration.name);
  } finally {
    await session.query(`SELECT pg_advisory_unlock(${PRISMA_MIGRATE_LOCK})`);
  }
}

/** The migrations of the folder that this database does not have yet, oldest first. */
export async function missingMigrations(sql: Sql, folder = MIGRATIONS_FOLDER): Promise<MigrationFile[]> {
  const rows = await sql.query<{ migration_name: string; checksum: string; finished: boolean }>(
    `SELECT migration_name, checksum, finished_at IS NOT NULL AS finished
       FROM "_prisma_migrations" WHERE rolled_back_at IS NULL`,
  );
  const failed = rows.find((row) => !row.finished);
  if (failed) {
    throw new Error(
      `Migration ${failed.migration_name} failed before it was complete. Repair the tables, then run ` +
        `"npx prisma migrate resolve" and start again.`,
    );
  }
  const applied = new Map(rows.map((row) => [row.migration_name, row.checksum]));
  const migrations = await readMigrations(folder);
  for (const { name, checksum } of migrations) {
    if (applied.has(name) && applied.get(name) !== checksum) {
      throw new Error(`Migration ${name} was edited after it was applied. Restore the file and add a new migration.`);
    }
  }
  return migrations.filter((migration) => !applied.has(migration.name));
}

/** Together with its line in the book, all or nothing: whoever is killed in the middle leaves nothing to be repaired. */
async function apply(session: MigrationSession, migration: MigrationFile): Promise<void> {
  const { name, sql, checksum } = migration;
  const id = randomUUID();
  try {
    await session.script(`BEGIN;
INSERT INTO "_prisma_migrations" (id, checksum, migration_name) VALUES ('${id}', '${checksum}', '${name.replaceAll("'", "''")}');
${sql};
UPDATE "_prisma_migrations" SET finished_at = clock_timestamp(), applied_steps_count = 1 WHERE id = '${id}';
COMMIT;`);
  } catch (error) {
    await noteFailure(session, migration, error).catch(() => undefined);
    const reason = `PostgreSQL answered ${String((error as { code?: unknown }).code)}`;
    throw new Error(
      `Migration ${name} failed: ${reason}. Its "logs" in the table _prisma_migrations say more. Repair the ` +
        `tables, then run "npx prisma migrate resolve" and start again.`,
      { cause: error },
    );
  }
}

async function noteFailure(
  session: MigrationSession,
  { name, checksum }: MigrationFile,
  error: unknown,
): Promise<void> {
  await session.query('ROLLBACK');
  await session.query(`INSERT INTO "_prisma_migrations" (id, checksum, migration_name, logs) VALUES ($1, $2, $3, $4)`, [
    randomUUID(),
    checksum,
    name,
    String(error),
  ]);
}
