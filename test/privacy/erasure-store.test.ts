import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Database } from '../../src/persistence/database.ts';
import { createSecretBox } from '../../src/persistence/secret-box.ts';
import { count, type Erased } from '../../src/privacy/erasure-numbers.ts';
import { createErasureStore, newWork } from '../../src/privacy/erasure-store.ts';
import { linesWith, dumpOf } from '../support/database-dump.ts';
import { openTestDatabase } from '../support/test-database.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

test('An erasure is nobody’s to take up while somebody is at it, and tells nothing of the person', async () => {
  const store = createErasureStore(database, createSecretBox([{ id: 'one', bytes: Buffer.alloc(32, 7) }]));
  // Whoever looks for work must be able to sleep.
  expect(await store.dueInMs()).toBeUndefined();
  const { id } = await store.begin(newWork({ by: 'email', value: 'ottilie@people.example' }, ['ha-1']));
  expect(linesWith(await dumpOf(database), ['ottilie'])).toEqual([]);
  expect(await store.claim()).toBeUndefined();
  expect(await store.dueInMs()).toBeGreaterThan(10_000);

  await store.later(id, 0);
  expect(await store.dueInMs()).toBe(0);
  const taken = await store.claim();
  expect(taken).toMatchObject({ id, work: { key: { by: 'email', value: 'ottilie@people.example' } } });
  expect(await store.claim()).toBeUndefined();

  await store.finish(id);
  expect(await store.dueInMs()).toBeUndefined();
  await store.later(id, 0);
  expect(await store.claim()).toBeUndefined();
  expect(await store.find(id)).toMatchObject({ id, finishedAt: expect.any(Date) });
});

test('Chats in other systems are named in one order, whichever was found first', async () => {
  const store = createErasureStore(database, createSecretBox([{ id: 'one', bytes: Buffer.alloc(32, 7) }]));
  const { id } = await store.begin(newWork({ by: 'email', value: 'ottilie@people.example' }, ['ha-1']));
  const places = ['xm', 'servicepattern', 'thulium'];
  for (const destination of places) {
    const erased: Erased = {};
    count(erased, 'ha-1', { remoteChats: 1 });
    const copies = [{ installation: 'ha-1', destination, remoteId: '7', status: 'open' }];
    await database.transaction((sql) => store.add(sql, id, { erased, copies }));
  }
  const found = await store.find(id);
  expect(found?.remoteChats.map(({ destination }) => destination)).toEqual([...places].sort());
  await store.finish(id);
});
