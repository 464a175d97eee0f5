import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Database } from '../../src/persistence/database.ts';
import { openTestDatabase } from '../support/test-database.ts';

let database: Database;

beforeAll(async () => {
  database = await openTestDatabase();
  await database.query(`CREATE TABLE note (place serial, text text NOT NULL UNIQUE)`);
});
beforeEach(() => database.query(`TRUNCATE note`));
afterAll(() => database.close());

const ADD = `INSERT INTO note (text) VALUES ($1)`;
const ALL = `SELECT text FROM note ORDER BY place`;
const texts = async (): Promise<string[]> => (await database.query<{ text: string }>(ALL)).map(({ text }) => text);

test('What is posted is carried out in order with what is waited for, and committed with it', async () => {
  const seen = await database.transaction(async (sql) => {
    sql.post(ADD, ['one']);
    await sql.query(ADD, ['two']);
    sql.post(ADD, ['three']);
    const inside = await sql.query(ALL);
    sql.post(ADD, ['four']);
    return inside;
  });
  expect(seen).toEqual([{ text: 'one' }, { text: 'two' }, { text: 'three' }]);
  expect(await texts()).toEqual(['one', 'two', 'three', 'four']);
});

test('When what was posted fails, then the next one that is waited for fails with it, and nothing is committed', async () => {
  const failing = database.transaction(async (sql) => {
    await sql.query(ADD, ['one']);
    sql.post(ADD, ['one']);
    await sql.query(ADD, ['two']);
  });
  await expect(failing).rejects.toMatchObject({ code: '23505' });
  expect(await texts()).toEqual([]);
});

test('When what was posted last fails, then the transaction does, and nothing is committed', async () => {
  const failing = database.transaction(async (sql) => {
    await sql.query(ADD, ['one']);
    sql.post(ADD, ['two']);
    sql.post(ADD, ['one']);
  });
  await expect(failing).rejects.toMatchObject({ code: '23505' });
  expect(await texts()).toEqual([]);
  // The session is as good as new.
  await database.transaction(async (sql) => sql.post(ADD, ['one']));
  expect(await texts()).toEqual(['one']);
});

test('What runs afterwards sees the commit and is none of it', async () => {
  let seen: Promise<unknown> | undefined;
  let failed: Promise<unknown> | undefined;
  await database.transaction(async (sql) => {
    await sql.query(ADD, ['one']);
    failed = sql.afterwards(ADD, ['one']);
    seen = sql.afterwards(`SELECT text, xmin::text = pg_current_xact_id_if_assigned()::text AS "isOurs" FROM note`);
  });
  expect(await seen).toEqual([{ text: 'one', isOurs: null }]);
  await expect(failed).rejects.toMatchObject({ code: '23505' });
  expect(await texts()).toEqual(['one']);
});

test('When a transaction throws, then nothing runs afterwards', async () => {
  const failing = database.transaction(async (sql) => {
    void sql.afterwards(ADD, ['after']);
    await sql.query(ADD, ['one']);
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(await texts()).toEqual([]);
});

test('What runs afterwards comes behind what was posted before, also where nothing was waited for', async () => {
  let seen: Promise<unknown> | undefined;
  await database.transaction(async (sql) => {
    sql.post(ADD, ['one']);
    seen = sql.afterwards(ALL);
  });
  expect(await seen).toEqual([{ text: 'one' }]);
});

test('When a transaction takes the failure of a statement for well, then it is not said to be committed', async () => {
  const failing = database.transaction(async (sql) => {
    await sql.query(ADD, ['one']);
    await sql.query(ADD, ['one']).catch(() => undefined);
  });
  await expect(failing).rejects.toThrow();
  expect(await texts()).toEqual([]);
});
