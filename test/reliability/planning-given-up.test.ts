import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ReplayWorld, startReplayWorld } from '../admin/replay-world.ts';
import { runConnector } from '../cli/run-connector.ts';
import { eventually } from '../support/eventually.ts';

interface SeenEvent {
  id: string;
  status: string;
  reason: string | null;
  plannedAt: string | null;
}
type Conversation = ReturnType<ReplayWorld['conversation']>;

let world: ReplayWorld;
beforeAll(async () => {
  world = await startReplayWorld({}, { planning: { retryBaseMs: 10 } });
  await world.install(1, [world.thuliumDestination()]);
});
afterAll(() => world.stop());

const events = async ({ id }: Conversation): Promise<SeenEvent[]> => {
  const query = `/events?conversation=${encodeURIComponent(id)}`;
  return (await world.service.admin<{ items: SeenEvent[] }>('GET', query)).body.items;
};
const replay = (id: string) =>
  world.service.admin<SeenEvent & { error?: { code: string; message: string } }>('POST', `/events/${id}/replay`);
/** The figures of the queue are as old as 5 s. */
const unplanned = (count: number) =>
  eventually(
    () => world.figures(),
    (text) => text.includes(`connector_events_unplanned ${count}\n`),
  );

/** A conversation that the tables will not have: its start is given up. */
async function givenUp(): Promise<{ one: Conversation; event: SeenEvent }> {
  const one = world.conversation(['hello']);
  const rule = `ALTER TABLE lane ADD CONSTRAINT "${one.id}" CHECK (conversation_id <> '${one.id}')`;
  await world.service.database.query(rule);
  await world.sender.send(one.started());
  const [event] = await eventually(
    () => events(one),
    ([seen]) => seen?.status === 'quarantined',
  );
  return { one, event: event! };
}

const mend = (one: Conversation) => world.service.database.query(`ALTER TABLE lane DROP CONSTRAINT "${one.id}"`);

async function arrivesWhole(one: Conversation): Promise<void> {
  await world.sender.send(one.closed());
  const said = await eventually(
    () => world.said(one.conversationId),
    (texts) => texts.includes('stop'),
  );
  expect(said).toEqual(['hello', 'stop']);
  expect(world.starts(one.conversationId)).toBe(1);
}

test('An event that is at fault itself is given up, counted, and planned once when it is replayed', async () => {
  await unplanned(0);
  const { one, event } = await givenUp();
  expect(event).toMatchObject({ reason: 'planning-failed', plannedAt: null });
  await unplanned(1);
  const other = world.conversation(['hello']);
  await world.sender.send(other.started());
  await arrivesWhole(other);

  // Nothing was mended: it is given up again.
  expect(await replay(event.id)).toMatchObject({ status: 200, body: { id: event.id } });
  await eventually(
    () => events(one),
    ([seen]) => seen?.status === 'quarantined',
  );
  expect(world.starts(one.conversationId)).toBe(0);

  await mend(one);
  const answers = await Promise.all([1, 2, 3].map(() => replay(event.id)));
  for (const { status, body } of answers) {
    expect({ status, body }).toMatchObject({ status: 200, body: { status: 'accepted', reason: null } });
  }
  await eventually(
    () => events(one),
    ([seen]) => seen?.plannedAt !== null,
  );
  expect(await replay(event.id)).toMatchObject({ status: 200, body: { status: 'accepted' } });
  await arrivesWhole(one);
  await unplanned(0);
});

test('replay-event does the same from the terminal', async () => {
  const { one, event } = await givenUp();
  await mend(one);
  const command = (...args: string[]) => runConnector([...args, '--server', world.service.url]);
  expect(await command('replay-event', event.id)).toMatchObject({
    code: 0,
    out: expect.stringMatching(new RegExp(`^${event.id}  accepted  conversation.started of ${one.id}, received `)),
  });
  await arrivesWhole(one);
});

test('There is nothing to replay of what was never understood, is not wanted, or is not there', async () => {
  const one = world.conversation([]);
  await world.sender.send({ ...one.started(), eventType: 'conversation.unheard-of' });
  await world.sender.send({ nobody: 'knows this' });
  const { body } = await world.service.admin<{ items: SeenEvent[] }>('GET', '/events?limit=2');
  expect(body.items.map(({ status }) => status)).toEqual(['quarantined', 'ignored']);
  const messages = ['not understood', 'never planned'];
  for (const [index, { id }] of body.items.entries()) {
    expect(await replay(id)).toMatchObject({
      status: 409,
      body: { error: { code: 'conflict', message: expect.stringContaining(messages[index] ?? '') } },
    });
  }
  for (const id of ['999999', 'abc', '0', '9'.repeat(30)]) expect((await replay(id)).status).toBe(404);
});
