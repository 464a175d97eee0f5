import { beforeAll, afterAll, expect, test } from '@jest/globals';
import { createInstallationStore, type InstallationStore } from '../../src/installations/installation-store.ts';
import { createInstallations } from '../../src/installations/installations.ts';
import { createVerification, KEY_FIELD } from '../../src/installations/verification/verification.ts';
import type { Database } from '../../src/persistence/database.ts';
import { createSecretBox } from '../../src/persistence/secret-box.ts';
import { openTestDatabase } from '../support/test-database.ts';
import { testConfig } from '../support/test-environment.ts';

let database: Database;
let store: InstallationStore;
let key: string;
const asked: { method: string; given: unknown[] }[] = [];

beforeAll(async () => {
  database = await openTestDatabase();
  store = createInstallationStore(database, createSecretBox(testConfig().ENCRYPTION_KEYS));
  const created = await createInstallations(store, []).create({ platform: 'ha', websiteId: 1, label: 'Shop' });
  key = created.installationKey;
});
afterAll(() => database.close());

/** The store, with everything that is asked of it written down. */
const watched = new Proxy({} as InstallationStore, {
  get:
    (_target, method: keyof InstallationStore) =>
    (...given: unknown[]): unknown => {
      asked.push({ method, given });
      return (store[method] as (...values: unknown[]) => unknown)(...given);
    },
});

async function verify(typed: string) {
  asked.length = 0;
  const verification = createVerification({
    store: watched,
    types: [],
    forms: [],
    http: { request: () => Promise.reject(new Error('nothing is to be asked')), close: () => undefined },
    askRestKey: () => Promise.resolve('works'),
  });
  const faults = await verification.verify(new Map([[KEY_FIELD, typed]]));
  return { faults: faults.map(({ fieldId }) => fieldId), asked: [...asked] };
}

/**
 * Keys are never compared with each other: each is looked up once, by a hash whose digits tell nothing about how much of
 * the key was right. There is no time to be measured, so none is measured here.
 */
test('A right, a nearly right, a wrong and an empty key go the same way: one look-up by a hash', async () => {
  const nearly = key.slice(0, -1) + (key.endsWith('A') ? 'B' : 'A');
  const hashes = new Set<unknown>();
  for (const typed of [key, nearly, 'wrong', '', 'x'.repeat(4096)]) {
    const { faults, asked: steps } = await verify(typed);
    expect(faults).toEqual(typed === key || typed === '' ? [] : ['installation_key']);
    expect(steps).toEqual([{ method: 'findByKeyHash', given: [expect.stringMatching(/^[0-9a-f]{64}$/)] }]);
    hashes.add(steps[0]?.given[0]);
  }
  expect(hashes.size).toBe(5);
});

test('The key itself is stored nowhere', async () => {
  const [row] = await database.query<Record<string, unknown>>('SELECT * FROM installation');
  expect(JSON.stringify(row)).not.toContain(key);
});
