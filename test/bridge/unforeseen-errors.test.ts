import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Database } from '../../src/persistence/database.ts';
import { type ReplayWorld, startReplayWorld } from '../admin/replay-world.ts';
import type { SeenDelivery } from '../support/bridge-world.ts';
import { eventually } from '../support/eventually.ts';

const MESSAGE = { method: 'POST', path: /\/message$/ };
/** What an outage may take without a person; an error that nobody foresaw must come as often. */
const MANY = 8;

/** Statements of the worker, told by what only they say. */
const STATEMENTS = {
  settle: 'UPDATE lane SET lease_owner = CASE',
  beginAttempt: 'INSERT INTO attempt',
  countEqual: `(count(*) FILTER (WHERE status = 'delivered'))::int`,
};
const LOST = 'Connection terminated unexpectedly';
const OURS = 'nobody foresaw this';

/** Which statement fails, how often, and what it says. */
let failing: { statement: keyof typeof STATEMENTS; times: number; says: string } | undefined;

function faulty(database: Database): Database {
  return {
    ...database,
    query: async (text, values, limitMs) => {
      if (failing && failing.times > 0 && text.includes(STATEMENTS[failing.statement])) {
        failing.times -= 1;
        throw new Error(failing.says);
      }
      // The pause until the next try, which grows to a minute.
      const isSettling = text.includes(STATEMENTS.settle);
      const given = isSettling ? values?.map((value, at) => (at === 17 ? Math.min(Number(value), 50) : value)) : values;
      return database.query(text, given, limitMs);
    },
  };
}

let world: ReplayWorld;
beforeAll(async () => {
  world = await startReplayWorld({}, { wrap: faulty });
  await world.install(1, [world.thuliumDestination()]);
});
afterEach(() => {
  failing = undefined;
  world.thulium.faults.clear();
});
afterAll(() => world.stop());

type Counted = SeenDelivery & { failures: number };

async function openChat(texts: string[]) {
  const one = world.conversation(texts);
  await world.sender.send(one.started());
  await eventually(
    () => world.deliveries(one.id),
    (all) => all.some(({ kind, status }) => kind === 'message' && status === 'delivered'),
  );
  return one;
}

const whole = (conversationId: number) =>
  eventually(
    () => world.said(conversationId),
    (texts) => texts.includes('stop'),
  );

test.each([
  ['the database is lost for a moment', 'settle' as const, LOST, 1],
  ['the database is lost again and again', 'beginAttempt' as const, LOST, MANY + 2],
  ['something that nobody foresaw happens once', 'settle' as const, OURS, 1],
])('After a long outage %s: the delivery is carried, and no person is asked', async (_, statement, says, times) => {
  const one = await openChat(['hello']);
  world.thulium.faults.add({ match: MESSAGE, times: Infinity, kind: 'status', status: 503 });
  await world.sender.send(one.closed());
  await eventually(
    () => world.deliveries(one.id),
    (all) => (all as Counted[]).some(({ failures }) => failures >= MANY),
  );
  const armed = (failing = { statement, times, says });
  await eventually(
    () => armed.times,
    (left) => left < times,
  );
  world.thulium.faults.clear();
  await eventually(
    async () => (await world.deliveries(one.id)).map(({ status }) => status),
    (all) => all.every((status) => status === 'delivered') || all.includes('parked') || all.includes('uncertain'),
  );
  expect(new Set((await world.deliveries(one.id)).map(({ status }) => status))).toEqual(new Set(['delivered']));
  expect(await whole(one.conversationId)).toEqual(['hello', 'stop']);
});

test('What fails every time before its attempt is parked with its reason, and goes on when it is replayed', async () => {
  const one = await openChat(['hello']);
  failing = { statement: 'beginAttempt', times: Infinity, says: OURS };
  await world.sender.send(one.closed());
  const parked = await world.with(one, 'parked');
  expect(parked).toMatchObject({ kind: 'message', reason: 'unexpected-error', attempts: 0 });
  expect(world.said(one.conversationId)).toEqual([]);
  failing = undefined;
  await world.replay(parked.id);
  expect(await whole(one.conversationId)).toEqual(['hello', 'stop']);
});

test('What fails every time while it is looked for is uncertain with its reason, and is found when it is replayed', async () => {
  const one = await openChat(['hello']);
  failing = { statement: 'countEqual', times: Infinity, says: OURS };
  world.thulium.faults.add({ match: MESSAGE, kind: 'accept-then-cut' });
  await world.sender.send(one.closed());
  const uncertain = await world.with(one, 'uncertain');
  expect(uncertain).toMatchObject({ kind: 'message', reason: 'unexpected-error', attempts: 1 });
  failing = undefined;
  await world.replay(uncertain.id);
  expect(await whole(one.conversationId)).toEqual(['hello', 'stop']);
});
