import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { NewDelivery } from '../../src/bridge/delivery.ts';
import { enqueue, enqueueEverywhere } from '../../src/bridge/enqueue.ts';
import type { Database } from '../../src/persistence/database.ts';
import { openTestDatabase } from '../support/test-database.ts';

let database: Database;
beforeAll(async () => void (database = await openTestDatabase()));
afterAll(() => database.close());

const START: NewDelivery = { key: 'start', kind: 'start', payload: { startUnheard: false } };
const LATE: NewDelivery = {
  key: 'late',
  kind: 'message',
  payload: { author: 'notice', text: 'ü' },
  expiresInMs: 1_000,
};
const END: NewDelivery = { key: 'end', kind: 'end', payload: {} };

const keysOf = (laneId: string): Promise<unknown> =>
  database.query(
    `SELECT key, payload, expires_at IS NOT NULL AS expires FROM delivery WHERE lane_id = $1 ORDER BY position`,
    [laneId],
  );
const laneOf = (id: string): Promise<unknown> =>
  database.query(
    `SELECT pending, next_at IS NOT NULL AS due,
            next_position > (SELECT max(position) FROM delivery WHERE lane_id = lane.id) AS free FROM lane WHERE id = $1`,
    [id],
  );

const ALL = [
  { key: 'start', payload: START.payload, expires: false },
  { key: 'late', payload: LATE.payload, expires: true },
  { key: 'end', payload: {}, expires: false },
];
const WHOLE = [{ pending: 3, due: true, free: true }];

test('Lanes begin with the same deliveries in order, also beside one that has some of them, and once however often', async () => {
  const conversation = { installationId: 'ha-1', conversationId: 'ha-1:1' };
  const everywhere = { ...conversation, destinationIds: ['old', 'new', 'newer'] };
  await database.transaction((sql) => enqueue(sql, { ...conversation, destinationId: 'old' }, [START], null));
  for (let time = 0; time < 2; time += 1) {
    await database.transaction((sql) => enqueueEverywhere(sql, everywhere, [START, LATE, END], null));
    for (const destination of everywhere.destinationIds) {
      expect(await keysOf(`ha-1:1/${destination}`)).toEqual(ALL);
      expect(await laneOf(`ha-1:1/${destination}`)).toEqual(WHOLE);
    }
  }
});
