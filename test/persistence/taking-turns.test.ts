import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Database } from '../../src/persistence/database.ts';
import { openInMemory } from '../../src/persistence/embedded-database.ts';
import { takingTurns } from '../../src/persistence/taking-turns.ts';

const WORKERS = 20;
const TASKS_EACH = 5;

let database: Database;
beforeAll(async () => void (database = await openInMemory()));
afterAll(() => database.close());

/** Workers that ask for one thing after the other; `done` counts what they got. */
function startWork(background: Database) {
  const progress = { done: 0 };
  const work = async (): Promise<void> => {
    for (let task = 0; task < TASKS_EACH; task += 1) {
      await background.transaction(async (sql) => void (await sql.query('SELECT 1')));
      progress.done += 1;
    }
  };
  return { progress, all: Promise.all(Array.from({ length: WORKERS }, work)) };
}

describe('Work in the background', () => {
  test('keeps who asks in the foreground waiting for one task at most', async () => {
    const { progress, all } = startWork(takingTurns(database, 1));
    await database.query('SELECT 2');
    expect(progress.done).toBeLessThanOrEqual(1);
    await all;
    expect(progress.done).toBe(WORKERS * TASKS_EACH);
  });

  test('lets the event loop turn between two tasks', async () => {
    const { progress, all } = startWork(takingTurns(database, 1));
    const seen = new Set<number>();
    let ended = false;
    const look = (): void => {
      seen.add(progress.done);
      if (!ended) setImmediate(look);
    };
    look();
    await all;
    ended = true;
    expect(seen.size).toBeGreaterThanOrEqual(WORKERS * TASKS_EACH);
  });

  test('goes on after a task that failed', async () => {
    const background = takingTurns(database, 1);
    const failed = background.query('SELECT 1 / 0');
    const next = background.query('SELECT 3 AS three');
    await expect(failed).rejects.toThrow();
    expect(await next).toEqual([{ three: 3 }]);
  });
});
