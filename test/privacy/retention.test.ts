import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { history, satisfactionFilled } from '../simulators/iadvize-events.ts';
import { conversationOf } from '../support/bridge-world.ts';
import { eventually } from '../support/eventually.ts';
import {
  DEFAULT_SITE,
  eventsOf,
  isGone,
  isSettled,
  OWN_SITE,
  type RetentionWorld,
  startRetentionWorld,
  statusOf,
  sweepPasses,
  tablesWith,
} from './retention-world.ts';

const PATIENT_SITE = 4;

let world: RetentionWorld;
beforeAll(async () => void (world = await startRetentionWorld()));
afterAll(() => world.stop());

describe('What was last heard of', () => {
  test('more than RETENTION_DAYS ago is gone from every table, and what is younger is untouched', async () => {
    const old = await world.carried(DEFAULT_SITE, 'where is my purple umbrella');
    const young = await world.carried(DEFAULT_SITE, 'where is my green umbrella');
    const before = await world.removed();
    expect(await tablesWith(world.service.database, ['purple umbrella', old.id])).toEqual(
      expect.arrayContaining(['conversation', 'delivery', 'event', 'lane', 'remote_chat']),
    );
    const ofYoung = await world.deliveries(young.id);
    await world.older(91, [old.id]);
    await world.older(89, [young.id]);
    await isGone(world, old.id);
    await sweepPasses(world);

    expect(await tablesWith(world.service.database, ['purple umbrella', old.id, old.visitorId])).toEqual([]);
    expect(await world.deliveries(old.id)).toEqual([]);
    expect(await world.deliveries(young.id)).toEqual(ofYoung);
    const events = await eventsOf(world, `conversation=${encodeURIComponent(young.id)}`);
    expect(events.map(({ eventType, erasedAt }) => [eventType, erasedAt])).toEqual([
      ['conversation.closed', null],
      ['conversation.started', null],
    ]);
    // The events that tell of sweeps are counted as well.
    const after = await world.removed();
    expect(after.events).toBeGreaterThanOrEqual(before.events + 2);
    expect(after.conversations).toBe(before.conversations + 1);
  });

  test('longer ago than the installation’s own days is gone, also while others keep it', async () => {
    const [short, kept, elsewhere] = [
      await world.carried(OWN_SITE, 'short'),
      await world.carried(OWN_SITE, 'kept'),
      await world.carried(DEFAULT_SITE, 'elsewhere'),
    ];
    await world.older(31, [short.id, elsewhere.id]);
    await world.older(29, [kept.id]);
    await isGone(world, short.id);
    await sweepPasses(world);
    expect(await statusOf(world, kept.id)).toBe(200);
    expect(await statusOf(world, elsewhere.id)).toBe(200);
  });

  test('long ago and was never closed goes too', async () => {
    const open = await world.carried(DEFAULT_SITE, 'still here', { open: true });
    await world.older(91, [open.id]);
    await isGone(world, open.id);
  });

  test('long ago, by a clock that was years ahead, is not kept for years', async () => {
    const ahead = await world.carried(DEFAULT_SITE, 'from the future');
    const statement = `UPDATE conversation SET started_at = now() + interval '9 years', closed_at = started_at WHERE id = $1`;
    await world.service.database.query(statement, [ahead.id]);
    await world.older(91, [ahead.id]);
    await isGone(world, ahead.id);
  });
});

describe('An old conversation stays', () => {
  test('while one of its events is young, and the old ones are emptied', async () => {
    const talking = await world.carried(DEFAULT_SITE, 'a long story', { open: true });
    const [, , ...sourceId] = talking.id.split(/[-:]/);
    const ids = { websiteId: DEFAULT_SITE, conversationId: Number(sourceId[0]), visitorId: talking.visitorId };
    await world.sender.send(satisfactionFilled({ platform: 'ha', ...ids }));
    await eventually(
      () => world.deliveries(talking.id),
      (all) => isSettled(all) && all.filter(({ destination }) => destination === 'thulium-main').length > 2,
    );
    await world.older(91, [talking.id], ['satisfaction.filled']);
    await sweepPasses(world);
    expect(await statusOf(world, talking.id)).toBe(200);
    const left = await eventsOf(world, `conversation=${encodeURIComponent(talking.id)}`);
    expect(left.map(({ eventType }) => eventType)).toEqual(['satisfaction.filled']);
    expect((await world.deliveries(talking.id)).length).toBeGreaterThan(2);

    await world.older(91, [talking.id]);
    await isGone(world, talking.id);
  });

  test('while it was closed lately, even if no event told of that', async () => {
    const closed = await world.carried(DEFAULT_SITE, 'three months of talk');
    const statement = `UPDATE conversation SET closed_at = now() + interval '98 days' WHERE id = $1`;
    await world.service.database.query(statement, [closed.id]);
    await world.older(100, [closed.id]);
    await sweepPasses(world);
    expect(await statusOf(world, closed.id)).toBe(200);
    await world.older(90, [closed.id]);
    await isGone(world, closed.id);
  });

  test('while one of its events waits for the planner', async () => {
    const waiting = await world.carried(DEFAULT_SITE, 'to be continued');
    const statement = `UPDATE event SET plan_after = $2 WHERE conversation_id = $1 AND event_type = 'conversation.closed'`;
    await world.service.database.query(statement, [waiting.id, new Date(Date.now() + 3_600_000)]);
    await world.older(91, [waiting.id]);
    await sweepPasses(world);
    expect((await world.deliveries(waiting.id)).length).toBeGreaterThan(0);
    await world.service.database.query(statement, [waiting.id, new Date()]);
    await isGone(world, waiting.id);
  });

  test('while a worker has its lane, and goes with the first sweep after that', async () => {
    const held = await world.carried(DEFAULT_SITE, 'being carried', { open: true });
    const lease = `UPDATE lane SET lease_owner = 'another worker', lease_until = $2 WHERE conversation_id = $1`;
    await world.service.database.query(lease, [held.id, new Date(Date.now() + 3_600_000)]);
    await world.older(91, [held.id]);
    await sweepPasses(world);
    expect(await statusOf(world, held.id)).toBe(200);
    await world.service.database.query(lease, [held.id, new Date(Date.now() - 1_000)]);
    await isGone(world, held.id);
  });
});

test('An old event that still waits for the planner is left as it is, and planned when its time comes', async () => {
  const waiting = conversationOf(PATIENT_SITE, world.nextId());
  await world.install(PATIENT_SITE, [world.thuliumDestination()], { lateStartSeconds: 3_600 });
  waiting.readable(world.world, history([{ from: 'visitor', text: 'closed before it began' }]));
  await world.sender.send(waiting.closed());
  const query = `conversation=${encodeURIComponent(waiting.id)}`;
  await eventually(
    async () => {
      const statement = `SELECT 1 AS held FROM event WHERE conversation_id = $1 AND plan_after > now() + interval '1 minute'`;
      return world.service.database.query(statement, [waiting.id]);
    },
    (rows) => rows.length === 1,
  );
  await world.older(91, [waiting.id]);
  await sweepPasses(world);
  expect(await eventsOf(world, query)).toMatchObject([{ eventType: 'conversation.closed', erasedAt: null }]);

  await world.sender.send(waiting.started());
  const isWhole = (deliveries: { status: string; kind: string }[]): boolean =>
    isSettled(deliveries) && deliveries.some(({ kind }) => kind === 'end');
  await eventually(() => world.deliveries(waiting.id), isWhole);
});
