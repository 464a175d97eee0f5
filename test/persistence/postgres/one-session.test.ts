import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Database } from '../../../src/persistence/database.ts';
import { openOneSession } from '../../support/test-database.ts';

/** One connection after another, so that whoever comes next finds what a transaction has left behind. */
let database: Database;

beforeAll(async () => {
  database = await openOneSession(() => undefined);
  await database.query(`CREATE TABLE note (text text NOT NULL)`);
});
beforeEach(() => database.query(`TRUNCATE note`));
afterAll(() => database.close());

const ADD = `INSERT INTO note (text) VALUES ($1)`;
const ALL = `SELECT text FROM note`;

test('When a transaction throws before it has begun, then what it has posted is not carried out by itself', async () => {
  const failing = database.transaction(async (sql) => {
    sql.post(ADD, ['one']);
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(await database.query(ALL)).toEqual([]);
});

test('When what runs afterwards is given up, then its connection serves nobody else', async () => {
  let slow: Promise<unknown> | undefined;
  const done = database.transaction(async (sql) => {
    await sql.query(ADD, ['one']);
    slow = sql.afterwards(`SELECT pg_sleep(20)`);
  }, 500);
  // Waits for the connection, and so gets whatever comes back into the pool.
  const next = database.query(ALL);
  await done;
  await expect(slow).rejects.toThrow();
  expect(await next).toEqual([{ text: 'one' }]);
});
