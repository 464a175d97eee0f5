import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { migrate } from '../../../src/persistence/migrate.ts';
import { createEmptyPostgres, type EmptyDatabase, openSession } from '../../persistence/migration-session.ts';
import { eventually } from '../../support/eventually.ts';

let folder: string;
let migrator: EmptyDatabase;
let user: EmptyDatabase;
let drop: () => Promise<void>;
/** How often the migration was tried and has failed. */
let failures: number;

beforeEach(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'migrations-'));
  const empty = await createEmptyPostgres(process.env['DATABASE_URL'] ?? '');
  drop = empty.drop;
  user = await openSession(empty.url);
  await user.script('CREATE TABLE fruit (name text); CREATE TABLE tree (name text)');
  const session = await openSession(empty.url);
  failures = 0;
  const script = (text: string): Promise<void> =>
    session.script(text).catch((error: unknown) => {
      failures += 1;
      throw error;
    });
  migrator = { ...session, script };
  await fs.mkdir(path.join(folder, '1_expand'));
  await fs.writeFile(
    path.join(folder, '1_expand', 'migration.sql'),
    'ALTER TABLE fruit ADD COLUMN colour text; ALTER TABLE tree ADD COLUMN height int',
  );
});
afterEach(async () => {
  await Promise.all([migrator.close(), user.close()]);
  await drop();
  await fs.rm(folder, { recursive: true });
});

const columns = (): Promise<unknown> =>
  user.query(`SELECT column_name FROM information_schema.columns
               WHERE table_name IN ('fruit', 'tree') AND column_name IN ('colour', 'height') ORDER BY 1`);
const EXPANDED = [{ column_name: 'colour' }, { column_name: 'height' }];
const FAILED = `SELECT migration_name FROM "_prisma_migrations" WHERE finished_at IS NULL`;

test('K15: when somebody keeps a table, then the migration gives way, again and again, and is done once it is free', async () => {
  await user.script('BEGIN; LOCK TABLE tree');
  const migrating = migrate(migrator, folder);
  await eventually(
    () => failures,
    (count) => count >= 2,
  );
  // It has asked for `fruit` first: kept all the while, this would wait for as long as somebody keeps `tree`.
  await user.query('SELECT * FROM fruit');
  await user.query('ROLLBACK');
  expect(await migrating).toEqual(['1_expand']);
  expect(await columns()).toEqual(EXPANDED);
});

test('K15: when a migration and a transaction wait for each other, then both are done and nothing needs repair', async () => {
  await user.script(`BEGIN; INSERT INTO tree VALUES ('oak')`);
  const migrating = migrate(migrator, folder);
  const waiting = `SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'tree'::regclass`;
  await eventually(
    () => user.query(waiting),
    (rows) => rows.length > 0,
  );
  await user.query(`INSERT INTO fruit VALUES ('acorn')`);
  await user.query('COMMIT');
  expect(await migrating).toEqual(['1_expand']);
  expect(failures).toBeGreaterThan(0);
  expect(await columns()).toEqual(EXPANDED);
  expect(await user.query(FAILED)).toEqual([]);
  expect(await user.query('SELECT * FROM fruit')).toEqual([{ name: 'acorn', colour: null }]);
});

test('K15: when a table is never free, then the start fails with what to do, nothing is changed, and the next one goes on', async () => {
  await user.script('BEGIN; LOCK TABLE tree');
  await expect(migrate(migrator, folder, 2)).rejects.toThrow(
    'Migration 1_expand was not applied: PostgreSQL answered 55P03, its tables were in use at each of 2 tries. ' +
      'Nothing was changed. Look for long transactions in pg_stat_activity, end them and start again.',
  );
  await user.query('ROLLBACK');
  expect(await columns()).toEqual([]);
  expect(await user.query(FAILED)).toEqual([]);
  expect(await migrate(migrator, folder)).toEqual(['1_expand']);
  expect(await columns()).toEqual(EXPANDED);
});

test('K15: an index is made beside those who write, who do not wait for it, also where one was left half made', async () => {
  const index = 'CREATE INDEX CONCURRENTLY "fruit_by_name" ON fruit (name);';
  await fs.mkdir(path.join(folder, '2_index'));
  await fs.writeFile(path.join(folder, '2_index', 'migration.sql'), `-- CreateIndex\n${index}\n`);
  expect(await migrate(migrator, folder)).toEqual(['1_expand', '2_index']);
  await user.script(`DELETE FROM "_prisma_migrations" WHERE migration_name = '2_index'`);

  await user.script(`BEGIN; INSERT INTO fruit VALUES ('acorn')`);
  const migrating = migrate(migrator, folder, 1);
  // A transaction sees this once for all, unless it says otherwise.
  const making = `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%CONCURRENTLY%'
                    AND datname = current_database() AND pid <> pg_backend_pid()`;
  await eventually(
    () => user.query('SELECT pg_stat_clear_snapshot()').then(() => user.query(making)),
    (rows) => rows.length > 0,
  );
  await user.query(`INSERT INTO fruit VALUES ('cone')`);
  await user.query('COMMIT');
  expect(await migrating).toEqual(['2_index']);
  expect(await user.query(`SELECT indisvalid FROM pg_index WHERE indexrelid = 'fruit_by_name'::regclass`)).toEqual([
    { indisvalid: true },
  ]);
  expect(await user.query(FAILED)).toEqual([]);
  expect(await migrate(migrator, folder)).toEqual([]);
});
