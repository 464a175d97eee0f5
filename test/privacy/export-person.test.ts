import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { startProfileWorld } from '../profile/profile-world.ts';
import { conversationOf } from '../support/bridge-world.ts';
import { history } from '../simulators/iadvize-events.ts';

let world: Awaited<ReturnType<typeof startProfileWorld>>;

beforeAll(async () => {
  world = await startProfileWorld();
  await world.install(1, [world.thuliumDestination()], { lateStartSeconds: 0 });
});
afterAll(() => world.world.stop());

interface SeenExport {
  knownAs: Record<string, string[]>;
  conversations: {
    shown: { id: string; timeline: { kind: string }[] };
    visitors: { email?: string; firstName?: string }[];
    texts: { text: string; status: string; destination: string }[];
  }[];
  events: { body: string; conversation: string | null; contentType: string }[];
  customers: { email: string; fields: unknown }[];
}

test('An export holds everything that is kept of a person, by any of their names, and changes nothing', async () => {
  const conversation = conversationOf(1, 500);
  const told = history([{ from: 'visitor', text: 'where is my parcel?' }]);
  conversation.readable(world.world, told, { external_id: 'crm-500' });
  const email = 'ana500@example.org';
  await world.importCustomers('ha-1', [
    { email, externalId: 'crm-1', fields: [{ label: 'Status', value: 'Gold' }] },
    { externalId: 'crm-500', fields: [{ label: 'Since', value: '2019' }] },
    { email: 'somebody@example.org', fields: [] },
  ]);
  await world.sender.send(conversation.started());
  await world.sender.send(conversation.closed());
  await eventually(
    () => world.world.deliveries(conversation.id),
    (all) => all.some(({ kind, status }) => kind === 'end' && status === 'delivered'),
  );
  const ask = async (body: object) => (await world.service.admin<SeenExport>('POST', '/privacy/export', body)).body;

  const seen = await ask({ email: 'Ana500@Example.org' });
  expect(seen.knownAs).toEqual({ emails: [email], externalIds: ['crm-500'], visitorIds: [conversation.visitorId] });
  expect(seen.conversations).toHaveLength(1);
  const [only] = seen.conversations;
  expect(only).toMatchObject({ shown: { id: 'ha-1:500' }, visitors: [{ email, firstName: 'Ana' }] });
  expect(only?.shown.timeline.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['event', 'delivery']));
  expect(only?.texts).toContainEqual(
    expect.objectContaining({ text: 'where is my parcel?', status: 'delivered', destination: 'thulium-main' }),
  );
  expect(seen.events.map(({ body }) => (JSON.parse(body) as { eventType: string }).eventType)).toEqual([
    'conversation.started',
    'conversation.closed',
  ]);
  // By the address that was asked for, and by the client's own id that the chat was told.
  expect(seen.customers).toMatchObject([
    { email, fields: [{ label: 'Status', value: 'Gold' }] },
    { externalId: 'crm-500', fields: [{ label: 'Since', value: '2019' }] },
  ]);

  const byVisitor = await ask({ visitorId: conversation.visitorId });
  expect(byVisitor.conversations.map(({ texts }) => texts)).toEqual(seen.conversations.map(({ texts }) => texts));
  expect(byVisitor.customers).toEqual([]);

  const { body: receipt } = await world.service.admin<{ erased: object[] }>('POST', '/privacy/erase', { email });
  expect(receipt.erased).toMatchObject([{ installation: 'ha-1', events: 2, conversations: 1, customers: 2 }]);
  const after = await ask({ email });
  expect(after).toMatchObject({ conversations: [], events: [], customers: [], profileActions: [] });
});
