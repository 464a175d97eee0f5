import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { conversationClosedV2, conversationPushedV2, history } from '../simulators/iadvize-events.ts';
import {
  type ClosingFormAnswers,
  type IadvizeGraphqlSimulator,
  startIadvizeGraphql,
} from '../simulators/iadvize-graphql-simulator.ts';
import { type BridgeWorld, conversationOf, REST_KEY, startBridgeWorld } from '../support/bridge-world.ts';
import { eventually } from '../support/eventually.ts';

const VERSION = 'c4f7773d-eece-4233-85d6-1a2ee6ff24f8';
const LOGIN = { graphqlUsername: 'admin@shop.example', graphqlPassword: 'graph-p4ss' };
const FORM = [
  { id: 'ticket', label: { en: 'Create a ticket', fr: 'Créer un ticket' }, fieldType: 'CHECKBOX' },
  {
    id: 'priority',
    idParent: 'ticket',
    label: { en: 'Priority' },
    fieldType: 'SELECT',
    options: [{ label: 'Major', value: 'MAJOR' }],
  },
  { id: 'reason', label: { en: 'Reason' }, fieldType: 'TEXT' },
];

let world: BridgeWorld;
let graphql: IadvizeGraphqlSimulator;
let next = 800;

beforeAll(async () => {
  graphql = await startIadvizeGraphql({ username: LOGIN.graphqlUsername, password: LOGIN.graphqlPassword });
  world = await startBridgeWorld(graphql.environment);
  const both = [world.thuliumDestination(), world.xmDestination()];
  const form = { closingForm: FORM, connectorVersionId: VERSION, iadvize: { restApiKey: REST_KEY, ...LOGIN } };
  await world.install(1, both, { ...form, followUpSeconds: 5 });
  await world.install(2, both, { ...form, followUpSeconds: 0 });
  await world.install(3, both, { closingForm: FORM, connectorVersionId: VERSION });
  await world.install(4, both, {});
  const wrongLogin = { restApiKey: REST_KEY, ...LOGIN, graphqlPassword: 'wrong' };
  await world.install(5, both, { ...form, iadvize: wrongLogin });
  await world.install(6, both, { ...form, connectorVersionId: undefined, followUpSeconds: 5 });
});
afterEach(() => graphql.faults.clear());
afterAll(async () => {
  await world.stop();
  await graphql.close();
});

async function carry(site: number, answers?: ClosingFormAnswers) {
  const conversation = conversationOf(site, (next += 1));
  conversation.readable(world, history([{ from: 'visitor', text: 'hello' }]));
  const legacyId = `ha-${conversation.conversationId}`;
  graphql.setConversation({ legacyId, ...(answers && { answers }) });
  await world.sender.send(conversation.started());
  await world.sender.send(conversation.closed());
  return { ...conversation, legacyId };
}

const settled = (conversationId: string) =>
  eventually(
    () => world.deliveries(conversationId),
    (all) => all.filter(({ kind, status }) => kind === 'end' && status === 'delivered').length === 2,
  );
const answersOf = async (conversationId: string) =>
  (await settled(conversationId)).filter(({ kind }) => kind === 'closing-answers');

/** Every text of the conversation's chat in Thulium, its end too. */
function thuliumTexts(conversationId: string): string[] {
  const entries = world.thulium.ledger.entries();
  const chat = entries.find((one) => one.kind === 'message' && one.text.includes(`Conversation: ${conversationId}`));
  return entries.flatMap((entry) => {
    if (entry.conversationId !== chat?.conversationId) return [];
    return entry.kind === 'message' ? [entry.text] : entry.kind === 'stop' ? ['(stop)'] : [];
  });
}

test('When the agent answered, then each destination gets one note, after the transcript and before the end', async () => {
  const answers = { reason: 'Too small', priority: 'MAJOR', ticket: 'true', 'of-another-connector': 'secret' };
  const { id } = await carry(1, answers);
  const shown = await settled(id);
  const note =
    '[iAdvize] Closing form: please create a ticket\nCreate a ticket: yes\nPriority: Major\nReason: Too small';
  expect(thuliumTexts(id).slice(-3)).toEqual(['hello', note, '(stop)']);
  for (const destination of ['thulium-main', 'xm-watch']) {
    const lane = shown.filter((one) => one.destination === destination);
    const kinds = lane.slice(-4).map(({ kind }) => kind);
    expect(kinds).toEqual(['message', 'closing-answers', 'message', 'end']);
    expect(lane.every(({ status }) => status === 'delivered')).toBe(true);
  }
});

test.each(['true', '1', 'on', 'ON'])('A box that reads %j is ticked', async (ticket) => {
  const { id } = await carry(2, { ticket });
  await settled(id);
  expect(thuliumTexts(id)).toContain('[iAdvize] Closing form: please create a ticket\nCreate a ticket: yes');
});

test('Answers without a ticket are a note that asks for none', async () => {
  const { id } = await carry(2, { ticket: 'false', reason: 'Refund' });
  await settled(id);
  expect(thuliumTexts(id).slice(-2)).toEqual(['[iAdvize] Closing form\nReason: Refund', '(stop)']);
});

test('When nothing is ticked or answered, then there is no note, at once, and the delivery says why', async () => {
  const { id } = await carry(1, { ticket: 'false', reason: ' ' });
  const [answers] = await answersOf(id);
  expect(answers).toMatchObject({ status: 'skipped', reason: 'no-answers' });
  expect(thuliumTexts(id).slice(-2)).toEqual(['hello', '(stop)']);
});

test('When the answers are readable only after a while, then the note waits for them', async () => {
  const { id, legacyId } = await carry(1);
  const times = (): number =>
    graphql.asked.entries().filter((one) => one.variables['conversationId'] === legacyId).length;
  await eventually(times, (count) => count >= 4);
  graphql.setConversation({ legacyId, answers: { reason: 'Late' } });
  await settled(id);
  expect(thuliumTexts(id).slice(-2)).toEqual(['[iAdvize] Closing form\nReason: Late', '(stop)']);
});

test('When there are no answers for as long as the installation waits, then the chat ends without', async () => {
  const { id } = await carry(2);
  const skipped = { status: 'skipped', reason: 'no-answers' };
  expect(await answersOf(id)).toMatchObject([skipped, skipped]);
  expect(thuliumTexts(id).slice(-2)).toEqual(['hello', '(stop)']);
});

test('When GraphQL fails for a while, then it is asked again', async () => {
  graphql.faults.add({ match: { path: /graphql/ }, kind: 'status', status: 503, times: 4 });
  const { id } = await carry(1, { reason: 'After trouble' });
  await settled(id);
  expect(thuliumTexts(id).slice(-2)).toEqual(['[iAdvize] Closing form\nReason: After trouble', '(stop)']);
});

test('When GraphQL does not answer as long as the installation waits, then the chat ends without', async () => {
  graphql.faults.add({ match: { path: /graphql/ }, kind: 'status', status: 503, times: Infinity });
  const { id } = await carry(2, { reason: 'Lost' });
  expect(await answersOf(id)).toMatchObject([{ reason: 'source-unavailable' }, { reason: 'source-unavailable' }]);
});

test.each([
  [3, 'no-credentials'],
  [5, 'credentials-refused'],
])('Installation %i ends its chats without a note: %s', async (site, reason) => {
  const { id } = await carry(site, { ticket: 'true' });
  expect(await answersOf(id)).toMatchObject([
    { status: 'skipped', reason },
    { status: 'skipped', reason },
  ]);
  expect(thuliumTexts(id).at(-1)).toBe('(stop)');
});

test('An installation without a form plans nothing for it', async () => {
  const { id } = await carry(4, { ticket: 'true' });
  expect(await answersOf(id)).toEqual([]);
});

test('However often the close comes, a ticket is asked for once in each destination', async () => {
  const conversation = await carry(1, { ticket: 'on' });
  await world.sender.send(conversation.closed());
  await world.sender.send(conversation.closed());
  await settled(conversation.id);
  await world.sender.send(conversation.closed());
  const events = await eventually(
    async () =>
      (await world.service.admin<{ items: { plannedAt: string | null; conversation: string }[] }>('GET', '/events'))
        .body.items,
    (items) => items.every(({ plannedAt }) => plannedAt !== null),
  );
  expect(events.length).toBeGreaterThan(3);
  const asksForTicket = (text: string): boolean => text.includes('please create a ticket');
  expect(thuliumTexts(conversation.id).filter(asksForTicket)).toHaveLength(1);
  const notes = (await world.deliveries(conversation.id)).filter(({ kind }) => kind === 'closing-answers');
  expect(notes.map(({ destination }) => destination).sort()).toEqual(['thulium-main', 'xm-watch']);
});

describe('A conversation of today', () => {
  const uuidOf = (): string => `4c8c7408-f73c-42cd-89e9-${String((next += 1)).padStart(12, '0')}`;

  async function carryV2(site: number, uuid: string): Promise<string> {
    const ids = { platform: 'ha', projectId: site, conversationId: uuid, visitorExternalId: '63429889' };
    await world.sender.send(conversationPushedV2(ids));
    await world.sender.send(conversationClosedV2(ids));
    const id = `ha-${site}:${uuid}`;
    await settled(id);
    return id;
  }

  test('is asked for by its UUID', async () => {
    const uuid = uuidOf();
    graphql.setConversation({ legacyId: `ha-${next}`, uuid, answers: { reason: 'Today' } });
    expect(thuliumTexts(await carryV2(6, uuid)).slice(-2)).toEqual(['[iAdvize] Closing form\nReason: Today', '(stop)']);
    const asked = graphql.asked.entries().filter(({ variables }) => variables['id'] === uuid);
    expect(asked.map(({ query }) => query)).toContain('by-uuid');
  });

  test('of a number is found where only today’s query can be asked', async () => {
    const uuid = uuidOf();
    graphql.setConversation({ legacyId: `ha-${next + 1}`, uuid, answers: { reason: 'By REST' } });
    const conversation = conversationOf(6, next + 1);
    next += 1;
    world.rest.setConversation({ id: conversation.conversationId, xmpp_id: uuid, history: [] });
    await world.sender.send(conversation.started());
    await world.sender.send(conversation.closed());
    await settled(conversation.id);
    expect(thuliumTexts(conversation.id)).toContain('[iAdvize] Closing form\nReason: By REST');
  });

  test('is asked for by its number where iAdvize does not know today’s query', async () => {
    const uuid = uuidOf();
    graphql.forgetQuery('by-uuid');
    graphql.setConversation({ legacyId: `ha-${next}`, uuid, answers: { reason: 'By number' } });
    expect(thuliumTexts(await carryV2(1, uuid)).slice(-2)).toEqual([
      '[iAdvize] Closing form\nReason: By number',
      '(stop)',
    ]);
  });
});
