import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Database } from '../../src/persistence/database.ts';
import { createReadiness } from '../../src/persistence/readiness.ts';
import { openTestDatabase } from '../support/test-database.ts';

let database: Database;
beforeAll(async () => void (database = await openTestDatabase()));
afterAll(() => database.close());

test('Ready: the database answers and has every migration', async () => {
  const readiness = createReadiness(database);
  expect(await readiness.whyNotReady()).toBeUndefined();
  expect(await readiness.whyNotReady()).toBeUndefined();
});

test('From the moment it drains it is not ready, whatever the database says', async () => {
  const readiness = createReadiness(database);
  await readiness.whyNotReady();
  readiness.drain();
  expect(await readiness.whyNotReady()).toBe('draining');
});

test('A database that hangs is one that does not answer', async () => {
  const hanging: Database = { ...database, query: () => new Promise(() => undefined) };
  expect(await createReadiness(hanging).whyNotReady()).toBe('the database does not answer');
});

test('A database that was ready may stop answering, and come back', async () => {
  let broken = false;
  const query: Database['query'] = (text, values) =>
    broken ? Promise.reject(new Error('gone')) : database.query(text, values);
  const readiness = createReadiness({ ...database, query });
  expect(await readiness.whyNotReady()).toBeUndefined();
  broken = true;
  expect(await readiness.whyNotReady()).toBe('the database does not answer');
  broken = false;
  expect(await readiness.whyNotReady()).toBeUndefined();
});

test('A database that lacks a migration is not ready until it has it', async () => {
  await database.query('CREATE TABLE aside AS SELECT * FROM "_prisma_migrations"');
  await database.query('DELETE FROM "_prisma_migrations"');
  const readiness = createReadiness(database);
  expect(await readiness.whyNotReady()).toBe('migrations are missing');
  await database.query('INSERT INTO "_prisma_migrations" SELECT * FROM aside');
  expect(await readiness.whyNotReady()).toBeUndefined();
});
