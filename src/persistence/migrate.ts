import { createHash, randomUUID } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Sql } from './database.ts';
import { isInTheWay } from './database-faults.ts';
import { insisting } from './insisting.ts';

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

/**
 * How long a migration waits for a table in use. Whoever comes after it waits as well, so it gives way soon and tries
 * again: the release that is still running goes on answering. Shorter than PostgreSQL's `deadlock_timeout` (1 s), so
 * that of two that wait for each other the migration is the one that gives way.
 */
const LOCK_LIMIT_MS = 500;
/** With the pauses between them, about three minutes of tables that are always in use. */
const TRIES = 240;

/** How often a start asks whether another one has finished migrating, in ms. */
const TURN_POLL_MS = 100;

/**
 * One index on a table in use, alone in its migration: made beside those who write, who would wait for all of it
 * otherwise, longer than a sender does.
 */
const INDEX_BESIDE_WRITERS = /^(?:\s|--.*\n)*CREATE (?:UNIQUE )?INDEX CONCURRENTLY "(\w+)"[^;]*;\s*$/;

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
 * either may run first. A table in use is asked for at most `tries` times. Returns the names it applied. Throws when an
 * earlier migration failed half-way or was edited after it was applied, and when a table was never free: nothing of that
 * migration was done then, and the next start tries again.
 */
export async function migrate(session: MigrationSession, folder = MIGRATIONS_FOLDER, tries = TRIES): Promise<string[]> {
  await takeTurn(session);
  try {
    await session.script(BOOKKEEPING);
    const missing = await missingMigrations(session, folder);
    for (const migration of missing) {
      const index = INDEX_BESIDE_WRITERS.exec(migration.sql)?.[1];
      await (index === undefined ? apply(session, migration, tries) : addIndex(session, migration, index, tries));
    }
    return missing.map((migration) => migration.name);
  } finally {
    await session.query(`SELECT pg_advisory_unlock(${PRISMA_MIGRATE_LOCK})`);
  }
}

/** Asks again and again: who waits in a statement is waited for by an index that is made beside writers. */
async function takeTurn(session: MigrationSession): Promise<void> {
  const taken = async (): Promise<boolean> =>
    (await session.query<{ taken: boolean }>(`SELECT pg_try_advisory_lock(${PRISMA_MIGRATE_LOCK}) AS taken`))[0]
      ?.taken === true;
  while (!(await taken())) await sleep(TURN_POLL_MS);
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
async function apply(session: MigrationSession, migration: MigrationFile, tries: number): Promise<void> {
  const { name, sql, checksum } = migration;
  const id = randomUUID();
  const script = `BEGIN;
SET LOCAL lock_timeout = ${LOCK_LIMIT_MS};
INSERT INTO "_prisma_migrations" (id, checksum, migration_name) VALUES ('${id}', '${checksum}', '${name.replaceAll("'", "''")}');
${sql};
UPDATE "_prisma_migrations" SET finished_at = clock_timestamp(), applied_steps_count = 1 WHERE id = '${id}';
COMMIT;`;
  try {
    await insisting(tries, () => wholeOrNothing(session, script));
  } catch (error) {
    const reason = `PostgreSQL answered ${String((error as { code?: unknown }).code)}`;
    if (isInTheWay(error)) {
      throw new Error(
        `Migration ${name} was not applied: ${reason}, its tables were in use at each of ${tries} tries. Nothing was ` +
          `changed. Look for long transactions in pg_stat_activity, end them and start again.`,
        { cause: error },
      );
    }
    await noteFailure(session, migration, error).catch(() => undefined);
    throw new Error(
      `Migration ${name} failed: ${reason}. Its "logs" in the table _prisma_migrations say more. Repair the ` +
        `tables, then run "npx prisma migrate resolve" and start again.`,
      { cause: error },
    );
  }
}

/**
 * No transaction can hold this, so it is done first and noted then: whoever is killed in between leaves an index that the
 * next one makes anew.
 */
async function addIndex(
  session: MigrationSession,
  { name, sql, checksum }: MigrationFile,
  index: string,
  tries: number,
): Promise<void> {
  await insisting(tries, async () => {
    await session.script(`DROP INDEX CONCURRENTLY IF EXISTS "${index}"`);
    await session.script(sql);
  });
  await session.query(
    `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, finished_at, applied_steps_count)
     VALUES ($1, $2, $3, clock_timestamp(), 1)`,
    [randomUUID(), checksum, name],
  );
}

async function wholeOrNothing(session: MigrationSession, script: string): Promise<void> {
  try {
    await session.script(script);
  } catch (error) {
    // A session that is lost cannot roll back, and need not: PostgreSQL does it. What failed it is the error that counts.
    await session.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

async function noteFailure(
  session: MigrationSession,
  { name, checksum }: MigrationFile,
  error: unknown,
): Promise<void> {
  await session.query(`INSERT INTO "_prisma_migrations" (id, checksum, migration_name, logs) VALUES ($1, $2, $3, $4)`, [
    randomUUID(),
    checksum,
    name,
    String(error),
  ]);
}
