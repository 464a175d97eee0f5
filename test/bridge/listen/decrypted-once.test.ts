import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ReadingStore } from '../../../src/bridge/reading-store.ts';
import type { Opened, SealedJson } from '../../../src/bridge/sealed-json.ts';
import { createRemoteRecords } from '../../../src/compose-listening.ts';
import type { Database } from '../../../src/persistence/database.ts';
import { createSecretBox, type SecretBox } from '../../../src/persistence/secret-box.ts';
import { openTestDatabase } from '../../support/test-database.ts';
import { testConfig } from '../../support/test-environment.ts';

const LISTENER = { id: 'ha-1/d', laneId: undefined };
const QUEUE = 3;

let database: Database;
let sealed: SealedJson;
let readings: ReadingStore;
/** Places that were decrypted. */
let opened: string[] = [];

beforeAll(async () => {
  database = await openTestDatabase();
  const config = testConfig();
  const box = createSecretBox(config.ENCRYPTION_KEYS);
  const open: SecretBox['open'] = (text, purpose) => {
    opened.push(purpose);
    return box.open(text, purpose);
  };
  const records = createRemoteRecords(database, { ...box, open }, config);
  ({ sealed, readings } = records);
  for (let number = 1; number <= QUEUE; number += 1) {
    const laneId = `ha-1:${number}/d`;
    await database.query(
      `INSERT INTO lane (id, installation_id, conversation_id, destination_id) VALUES ($1, 'ha-1', 'ha-1:' || $2, 'd')`,
      [laneId, String(number)],
    );
    await database.query(
      `INSERT INTO remote_chat (lane_id, scope, remote_id, status, state, cursor) VALUES ($1, 'ha-1/d', $1, 'open', $2, $3)`,
      [
        laneId,
        sealed.seal({ number }, `remote-chat/state/${laneId}`),
        sealed.seal('first', `remote-chat/cursor/${laneId}`),
      ],
    );
  }
});
afterAll(() => database.close());

async function load(memory?: Opened): Promise<unknown[]> {
  opened = [];
  return (await readings.load(LISTENER, memory)).map(({ state, cursor }) => ({ state, cursor }));
}

test('A queue that is read again and again is decrypted once, and after that only what was stored anew', async () => {
  const memory: Opened = new Map();
  const first = await load(memory);
  expect(first).toEqual([1, 2, 3].map((number) => ({ state: { number }, cursor: 'first' })));
  expect(opened).toHaveLength(2 * QUEUE);
  expect(await load(memory)).toEqual(first);
  expect(opened).toEqual([]);

  const cursor = sealed.seal('second', 'remote-chat/cursor/ha-1:2/d');
  await database.query(`UPDATE remote_chat SET cursor = $1 WHERE lane_id = 'ha-1:2/d'`, [cursor]);
  expect((await load(memory))[1]).toEqual({ state: { number: 2 }, cursor: 'second' });
  expect(opened).toEqual(['remote-chat/cursor/ha-1:2/d']);
});

test('What is not read any more is not remembered either', async () => {
  const memory: Opened = new Map();
  await load(memory);
  await database.query(`UPDATE remote_chat SET listening = false WHERE lane_id = 'ha-1:3/d'`);
  await load(memory);
  expect([...memory.keys()].filter((place) => place.includes('ha-1:3'))).toEqual([]);
});
