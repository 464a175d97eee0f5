import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Database } from '../../src/persistence/database.ts';
import { openTestDatabase } from '../support/test-database.ts';

let database: Database;

beforeAll(async () => {
  database = await openTestDatabase();
  await database.query(`CREATE TABLE counter (name text PRIMARY KEY, count int NOT NULL DEFAULT 0)`);
  await database.query(`INSERT INTO counter (name) VALUES ('left'), ('right')`);
});
afterAll(() => database.close());

const COUNT_UP = `UPDATE counter SET count = count + 1 WHERE name = $1`;

test('When two transactions wait for each other, then the one that is given up is done once more, whole', async () => {
  // Both have their first row before either asks for its second; the embedded database lets one in at a time.
  let inside = 0;
  let runs = 0;
  let bothInside: () => void = () => undefined;
  const met = new Promise<void>((resolve) => (bothInside = resolve));
  const both = (first: string, second: string): Promise<void> =>
    database.transaction(async (sql) => {
      runs += 1;
      await sql.query(COUNT_UP, [first]);
      if ((inside += 1) === 2) bothInside();
      if (database.kind === 'postgres') await met;
      await sql.query(COUNT_UP, [second]);
    });
  await Promise.all([both('left', 'right'), both('right', 'left')]);
  expect(await database.query(`SELECT count FROM counter`)).toEqual([{ count: 2 }, { count: 2 }]);
  expect(runs).toBe(database.kind === 'postgres' ? 3 : 2);
});

test('When a transaction fails for a reason of its own, then it is not done again', async () => {
  let runs = 0;
  const failing = database.transaction(async (sql) => {
    runs += 1;
    await sql.query(COUNT_UP, ['left']);
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(runs).toBe(1);
});
