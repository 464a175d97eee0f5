import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { conversationPushedV2 } from '../simulators/iadvize-events.ts';
import { conversationOf } from '../support/bridge-world.ts';
import { eventually } from '../support/eventually.ts';
import { pluginPost } from '../support/plugin-call.ts';
import { type ProfileWorld, startProfileWorld } from './profile-world.ts';

const PATH = '/iadvize/visitor-profile/actions';
const EX_17 =
  '{"action":"OPEN_CASE","idConnectorVersion":"c008849d-7cb1-40ca-9503-d6df2c5cddd8","idVisitorUnique":"a7b94266db827c5b8f04586e8e543abd4b7e976e9a723","idWebsite":"ha-123","idConversation":"ha-123","idOperator":"ha-12345"}';
const EX_17_SIGNATURE = 'sha256=195e6062b525da3f68787627c6b553c6e124d817b5f767b991fd084240c38b8a';

interface ActionAnswer {
  success: boolean;
  message: string;
}

let world: ProfileWorld;
let next = 7_000;

beforeAll(async () => {
  world = await startProfileWorld();
  const settings = { consoleFeatures: ['ACTION'], profile: { crmUrlTemplate: 'https://crm.example/{externalId}' } };
  await world.install(123, [world.xmDestination(), world.thuliumDestination()], settings);
  await world.install(124, [world.thuliumDestination()], { locale: 'pl' });
  world.rest.setOperator({ id: 12345, pseudo: 'Claire' });
});
afterAll(() => world.stop());

const post = async (body: object): Promise<ActionAnswer> =>
  (await pluginPost<ActionAnswer>(world.service.url, PATH, JSON.stringify(body))).body;

const note = (conversationId: number, more: object = {}) => ({
  action: 'NOTE',
  idWebsite: 'ha-123',
  idConversation: `ha-${conversationId}`,
  idOperator: 'ha-12345',
  ...more,
});

async function started(site = 123) {
  const conversation = conversationOf(site, (next += 1));
  conversation.readable(world.world, [], { external_id: `customer-${next}` });
  await world.sender.send(conversation.started());
  await eventually(
    () => world.deliveries(conversation.id),
    (all) => all.length > 0 && all.every(({ status }) => status === 'delivered'),
  );
  return conversation;
}

const notes = () =>
  world.thulium.ledger
    .entries()
    .flatMap((entry) => (entry.kind === 'message' && entry.text.includes(' asks you ') ? [entry.text] : []));

test('EX-17: an unknown action is refused in words, however often', async () => {
  const ask = () => pluginPost<ActionAnswer>(world.service.url, PATH, EX_17, { signature: EX_17_SIGNATURE });
  for (const answer of [await ask(), await ask()]) {
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ success: false, message: 'This action is not known here.' });
  }
});

test('A call that is not signed is refused', async () => {
  const answer = await pluginPost(world.service.url, PATH, EX_17, { signature: EX_17_SIGNATURE.replace('195', '196') });
  expect(answer.status).toBe(401);
});

describe('NOTE', () => {
  test('puts one note into the primary’s chat, and into no other', async () => {
    const conversation = await started();
    const before = notes().length;
    const asked = note(conversation.conversationId, { idVisitorUnique: conversation.visitorId });
    const added = { success: true, message: 'The note was added to the chat.' };
    expect(await post(asked)).toEqual(added);
    expect(await post(asked)).toEqual(added);
    const all = await eventually(notes, (texts) => texts.length > before);
    expect(all.slice(before)).toEqual([
      `[iAdvize] Agent Claire asks you to look at this visitor.\nCRM: https://crm.example/customer-${conversation.conversationId}`,
    ]);
    const deliveries = await world.deliveries(conversation.id);
    expect(deliveries.filter(({ position }) => position > 1).map(({ destination }) => destination)).toEqual([
      'thulium-main',
    ]);
  });

  test('is one note however many click at the same time', async () => {
    const conversation = await started();
    const before = notes().length;
    const answers = await Promise.all(Array.from({ length: 12 }, () => post(note(conversation.conversationId))));
    expect(answers.every(({ success }) => success)).toBe(true);
    await eventually(notes, (texts) => texts.length > before);
    const all = await eventually(
      () => world.deliveries(conversation.id),
      (shown) => shown.every(({ status }) => status === 'delivered'),
    );
    expect(all.filter(({ position }) => position > 1)).toHaveLength(1);
    expect(notes().slice(before)).toEqual(['[iAdvize] Agent Claire asks you to look at this visitor.']);
  });

  test('is taken as a form, by whoever sends one', async () => {
    const { conversationId } = await started();
    const form = new URLSearchParams(note(conversationId)).toString();
    const contentType = 'application/x-www-form-urlencoded';
    expect(await pluginPost(world.service.url, PATH, form, { contentType })).toMatchObject({
      status: 200,
      body: { success: true },
    });
  });

  test('finds a conversation of today by its number, where REST knows its UUID', async () => {
    const uuid = '4c8c7408-f73c-42cd-89e9-afbbee7d9024';
    await world.sender.send(conversationPushedV2({ platform: 'ha', projectId: 123, conversationId: uuid }));
    await eventually(
      () => world.deliveries(`ha-123:${uuid}`),
      (all) => all.length > 0,
    );
    world.rest.setConversation({ id: 9_999, xmpp_id: uuid });
    expect(await post(note(9_999))).toMatchObject({ success: true });
    expect(await post(note(9_999, { idConversation: uuid }))).toMatchObject({ success: true });
    const rows = await world.service.database.prisma.profileAction.findMany({
      where: { conversationId: `ha-123:${uuid}` },
    });
    expect(rows).toHaveLength(1);
  });

  test.each([
    ['nobody knows', note(1)],
    ['another platform’s', note(7_001, { idConversation: 'sd-7001' })],
    ['another installation’s', note(7_001, { idWebsite: 'ha-124' })],
  ])('of a conversation that is %s is refused in words', async (_what, asked) => {
    const answer = await post(asked);
    expect(answer.success).toBe(false);
    expect(answer.message).not.toBe('');
  });

  test('after the close is refused, but one from before it stays a success', async () => {
    const [noted, silent] = [await started(), await started()];
    await post(note(noted.conversationId));
    for (const { closed, id } of [noted, silent]) {
      await world.sender.send(closed());
      await eventually(
        () => world.deliveries(id),
        (all) => all.some(({ kind }) => kind === 'end'),
      );
    }
    expect(await post(note(noted.conversationId))).toMatchObject({ success: true });
    expect(await post(note(silent.conversationId))).toEqual({
      success: false,
      message: 'The chat of this conversation is over, so no note was added.',
    });
  });
});

describe('OPEN_CRM', () => {
  test('answers with the link', async () => {
    const conversation = await started();
    const asked = note(conversation.conversationId, { action: 'OPEN_CRM', idVisitorUnique: conversation.visitorId });
    expect(await post(asked)).toEqual({
      success: true,
      message: `https://crm.example/customer-${conversation.conversationId}`,
    });
  });

  test('fills in the e-mail that REST knows, which the call does not carry', async () => {
    await world.install(125, [], { profile: { crmUrlTemplate: 'https://crm.example/?who={email}&id={externalId}' } });
    const visitorId = 'd'.repeat(45);
    world.rest.setVisitor({ id: 9_001, unique_id: visitorId, email: 'ana+1@example.org', external_id: 'a/b' });
    const asked = { action: 'OPEN_CRM', idWebsite: 'ha-125', idVisitorUnique: visitorId };
    expect(await post(note(1, asked))).toEqual({
      success: true,
      message: 'https://crm.example/?who=ana%2B1%40example.org&id=a%2Fb',
    });
  });

  test('says so where there is none', async () => {
    expect(await post(note(1, { action: 'OPEN_CRM', idVisitorUnique: 'b'.repeat(45) }))).toEqual({
      success: false,
      message: 'The CRM page of this visitor is not known.',
    });
  });
});

describe('The sentence', () => {
  test('is in the language the agent was served in last', async () => {
    await world.profile({ idWebsite: 'ha-123', emailVisitor: 'a@b.example', operatorLocale: 'de', idOperator: '777' });
    const answer = await post(note(1, { idOperator: 'ha-777' }));
    expect(answer.message).toBe('Zu diesem Gespräch gibt es keinen Chat für eine Notiz.');
  });

  test('is in the installation’s language for an agent nobody has met', async () => {
    const answer = await post(note(1, { idWebsite: 'ha-124', idOperator: 'ha-778' }));
    expect(answer.message).toBe('Ta rozmowa nie ma czatu, do którego można dodać notatkę.');
  });
});

test.each([
  ['no JSON', '{', 400],
  ['no object', '"NOTE"', 400],
  ['no action', '{"idWebsite":"ha-123","idConversation":"ha-1"}', 422],
  ['no conversation', '{"idWebsite":"ha-123","action":"NOTE"}', 422],
])('A body with %s is refused', async (_what, body, status) => {
  expect((await pluginPost(world.service.url, PATH, body)).status).toBe(status);
});
