import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sealKeptAnew } from '../../src/compose-sealing.ts';
import { createLogger } from '../../src/observability/logger.ts';
import type { Database } from '../../src/persistence/database.ts';
import { createSecretBox } from '../../src/persistence/secret-box.ts';
import { count, type Erased } from '../../src/privacy/erasure-numbers.ts';
import { createErasureStore, newWork } from '../../src/privacy/erasure-store.ts';
import { openTestDatabase } from '../support/test-database.ts';

const key = (id: string, fill: number) => ({ id, bytes: Buffer.alloc(32, fill) });
const [OLD, NEW] = [key('k1', 1), key('k2', 2)];
const COPY = { installation: 'ha-1', destination: 'd', remoteId: 'remote-1', status: 'open' };

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

test('An erasure under way, and the chats that its receipt names, open without the key they were written with', async () => {
  const before = createErasureStore(database, createSecretBox([OLD]));
  const { id, work } = await before.begin(newWork({ by: 'email', value: 'ana@example.org' }, ['ha-1']));
  const erased: Erased = {};
  count(erased, 'ha-1', { remoteChats: 1 });
  await database.transaction((sql) => before.add(sql, id, { erased, copies: [COPY] }));

  await sealKeptAnew(database, createSecretBox([NEW, OLD]), createLogger({ level: 'silent' }));

  const after = createErasureStore(database, createSecretBox([NEW]));
  expect(await after.find(id)).toMatchObject({ remoteChats: [COPY] });
  await after.endAllLeases();
  expect(await after.claim()).toMatchObject({ id, work });
});
