import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { IncomingEvent } from '../../src/intake/event-rows.ts';
import { createEventStore } from '../../src/intake/event-store.ts';
import type { Database } from '../../src/persistence/database.ts';
import { createReadiness } from '../../src/persistence/readiness.ts';
import { eventually } from '../support/eventually.ts';
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

describe('When an event was not stored, and the database was at fault', () => {
  /** Counts its transactions and ends them with `error`, where there is one. */
  function failing(error: Error | undefined) {
    const state = { error, trials: 0 };
    const transaction: Database['transaction'] = (work, limitMs) => {
      state.trials += 1;
      return state.error ? Promise.reject(state.error) : database.transaction(work, limitMs);
    };
    return { state, readiness: createReadiness({ ...database, transaction }) };
  }
  const diskFull = Object.assign(new Error('could not extend file'), { code: '53100' });
  const noRoom = 'the database has no room left on its disk, and events are refused: give it more room';

  test('it is not ready until a write of its own goes well, and then asks as little as before', async () => {
    const { state, readiness } = failing(diskFull);
    expect(await readiness.whyNotReady()).toBeUndefined();
    expect(state.trials).toBe(0);
    readiness.doubtStoring();
    expect(await readiness.whyNotReady()).toBe(noRoom);
    state.error = undefined;
    await eventually(
      () => readiness.whyNotReady(),
      (reason) => reason === undefined,
    );
    const { trials } = state;
    expect(await readiness.whyNotReady()).toBeUndefined();
    expect(state.trials).toBe(trials);
  });

  test('and the database is well again, then it stays ready, and nothing of the trial is left', async () => {
    const { state, readiness } = failing(undefined);
    readiness.doubtStoring();
    expect(await readiness.whyNotReady()).toBeUndefined();
    expect(state.trials).toBe(1);
    expect(await database.query('SELECT id FROM event')).toEqual([]);
  });

  test('then many who ask at once cost one write', async () => {
    const { state, readiness } = failing(diskFull);
    readiness.doubtStoring();
    const reasons = await Promise.all(Array.from({ length: 20 }, () => readiness.whyNotReady()));
    expect(new Set(reasons)).toEqual(new Set([noRoom]));
    expect(await readiness.whyNotReady()).toBe(noRoom);
    expect(state.trials).toBe(1);
  });

  test('and a trial hangs, then it says where to look', async () => {
    const hanging: Database = { ...database, transaction: () => new Promise(() => undefined) };
    const readiness = createReadiness(hanging);
    readiness.doubtStoring();
    expect(await readiness.whyNotReady()).toMatch(/^the database answers but stores no events: its log says why/);
  });
});

describe('The event store doubts the database', () => {
  const event: IncomingEvent = { source: 'webhook', contentType: 'application/json', body: Buffer.from('{}') };
  test.each([
    ['53100', 1],
    ['57014', 1],
    ['22P02', 0],
  ])('%s: %i time(s)', async (code, times) => {
    const query: Database['query'] = () => Promise.reject(Object.assign(new Error('refused'), { code }));
    let doubts = 0;
    const doubt = (): void => void (doubts += 1);
    const events = createEventStore({ ...database, query }, 'ha', () => undefined, doubt);
    await expect(events.store(event)).rejects.toThrow('refused');
    expect(doubts).toBe(times);
  });
});
