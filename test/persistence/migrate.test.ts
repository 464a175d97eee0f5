import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { migrate, MIGRATIONS_FOLDER, missingMigrations } from '../../src/persistence/migrate.ts';
import { type EmptyDatabase, openEmptyDatabase } from './migration-session.ts';

let database: EmptyDatabase;
let folder: string;

beforeAll(async () => void (database = await openEmptyDatabase()));
afterAll(() => database.close());
beforeEach(async () => {
  await database.empty();
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'migrations-'));
});
afterEach(() => fs.rm(folder, { recursive: true }));

async function write(name: string, sql: string): Promise<void> {
  await fs.mkdir(path.join(folder, name), { recursive: true });
  await fs.writeFile(path.join(folder, name, 'migration.sql'), sql);
}
const apply = () => migrate(database, folder);

test('This release’s migrations apply to an empty database, once', async () => {
  const applied = await migrate(database);
  expect(applied).toEqual((await fs.readdir(MIGRATIONS_FOLDER)).filter((name) => /^\d{14}_/.test(name)).sort());
  expect(await migrate(database)).toEqual([]);
  expect(await database.query('SELECT * FROM installation')).toEqual([]);
});

test('Migrations apply in the order of their names, and only those that are missing', async () => {
  await write('2_fill', `INSERT INTO fruit VALUES ('apple'); INSERT INTO fruit VALUES ('pear');`);
  await write('1_make', 'CREATE TABLE fruit (name text);');
  await fs.writeFile(path.join(folder, 'migration_lock.toml'), 'provider = "postgresql"');
  expect(await apply()).toEqual(['1_make', '2_fill']);

  await write('3_more', `INSERT INTO fruit VALUES ('plum');`);
  expect((await missingMigrations(database, folder)).map(({ name }) => name)).toEqual(['3_more']);
  expect(await apply()).toEqual(['3_more']);
  expect(await database.query('SELECT name FROM fruit ORDER BY name')).toEqual([
    { name: 'apple' },
    { name: 'pear' },
    { name: 'plum' },
  ]);
});

describe('A migration that was edited after it was applied', () => {
  test('is refused by name, and nothing else is applied', async () => {
    await write('1_make', 'CREATE TABLE fruit (name text);');
    await apply();
    await write('1_make', 'CREATE TABLE fruit (name text, colour text);');
    await write('2_more', 'CREATE TABLE tree (name text);');
    await expect(apply()).rejects.toThrow(
      'Migration 1_make was edited after it was applied. Restore the file and add a new migration.',
    );
    await expect(database.query('SELECT * FROM tree')).rejects.toThrow();
  });

  test('is taken again when the file is restored', async () => {
    await write('1_make', 'CREATE TABLE fruit (name text);');
    await apply();
    await write('1_make', 'CREATE TABLE fruit (name text); ');
    await expect(apply()).rejects.toThrow('edited');
    await write('1_make', 'CREATE TABLE fruit (name text);');
    expect(await apply()).toEqual([]);
  });
});

describe('A migration that failed', () => {
  beforeEach(async () => {
    await write('1_make', 'CREATE TABLE fruit (name text);');
    await write('2_broken', 'CREATE TABLE tree (name text); SELECT nonsense FROM nowhere;');
    await write('3_more', 'CREATE TABLE leaf (name text);');
    await expect(apply()).rejects.toThrow('Migration 2_broken failed: PostgreSQL answered 42P01.');
  });

  test('stops those behind it, and every later start', async () => {
    await expect(database.query('SELECT * FROM leaf')).rejects.toThrow();
    const sentence =
      'Migration 2_broken failed before it was complete. Repair the tables, then run "npx prisma migrate resolve" and start again.';
    await expect(apply()).rejects.toThrow(sentence);
    await write('2_broken', 'SELECT 1;');
    await expect(apply()).rejects.toThrow(sentence);
    await expect(missingMigrations(database, folder)).rejects.toThrow(sentence);
  });

  test('leaves its reason beside it', async () => {
    const rows = await database.query<{ logs: string }>(
      `SELECT logs FROM "_prisma_migrations" WHERE migration_name = '2_broken'`,
    );
    expect(rows).toEqual([{ logs: expect.stringContaining('nowhere') }]);
  });

  test('is applied again once it was resolved as rolled back', async () => {
    await database.script('DROP TABLE IF EXISTS tree');
    await database.query(`UPDATE "_prisma_migrations" SET rolled_back_at = now() WHERE migration_name = '2_broken'`);
    await write('2_broken', 'CREATE TABLE tree (name text);');
    expect(await apply()).toEqual(['2_broken', '3_more']);
  });
});
