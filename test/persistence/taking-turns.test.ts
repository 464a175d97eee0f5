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

  test("has so many of a server's connections at most, and passes each on", async () => {
    const running = { now: 0, most: 0, all: 0 };
    const slowly = async <Result>(result: Result): Promise<Result> => {
      running.most = Math.max(running.most, (running.now += 1));
      await new Promise((resolve) => setImmediate(resolve));
      running.now -= 1;
      running.all += 1;
      return result;
    };
    const server = { kind: 'postgres', query: () => slowly([]), transaction: () => slowly(undefined) };
    const background = takingTurns(server as unknown as Database, 3);
    await Promise.all(
      Array.from({ length: 20 }, async (_, index) =>
        index % 2 === 0 ? background.query('SELECT 1') : background.transaction(() => Promise.resolve()),
      ),
    );
    expect(running).toEqual({ now: 0, most: 3, all: 20 });
  });

  test('goes on after a task that failed', async () => {
    const background = takingTurns(database, 1);
    const failed = background.query('SELECT 1 / 0');
    const next = background.query('SELECT 3 AS three');
    await expect(failed).rejects.toThrow();
    expect(await next).toEqual([{ three: 3 }]);
  });
});
