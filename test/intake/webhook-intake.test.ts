import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  connectorInstalled,
  connectorUninstalled,
  conversationClosed,
  conversationClosedV2,
  conversationPushedV2,
  conversationStarted,
  conversationTransferred,
  satisfactionAnswered,
  satisfactionFilled,
  transactionAttributed,
  user,
  userAvailabilityUpdated,
  visitorUpdated,
} from '../simulators/iadvize-events.ts';
import { eventually } from '../support/eventually.ts';
import { type Intake, startIntake } from './intake-world.ts';

const UUID = '4c8c7408-f73c-42cd-89e9-afbbee7d9024';
const STRANGER = { websiteId: 404, clientId: 404 };
const STRANGER_V2 = { projectId: 404, clientId: 404 };

let intake: Intake;

beforeAll(async () => {
  intake = await startIntake();
  await intake.install('sd', 1, { clientId: 1 });
  await intake.install('ha', 1);
});
afterAll(() => intake.stop());

describe('An event of a website we know is accepted', () => {
  test.each([
    ['conversation.started', conversationStarted(), 'sd-1', 'sd-1:1'],
    ['conversation.transferred', conversationTransferred(), 'sd-1', 'sd-1:1'],
    ['conversation.closed', conversationClosed(), 'sd-1', 'sd-1:1'],
    ['satisfaction.filled', satisfactionFilled(), 'sd-1', 'sd-1:1'],
    ['v2.conversation.pushed', conversationPushedV2(), 'ha-1', `ha-1:${UUID}`],
    ['v2.conversation.closed', conversationClosedV2(), 'ha-1', `ha-1:${UUID}`],
    ['satisfaction.answered', satisfactionAnswered(), 'ha-1', `ha-1:${UUID}`],
    ['connector.installed', connectorInstalled(), 'sd-1', null],
  ])('%s', async (eventType, event, installation, conversation) => {
    const stored = await intake.stored(event);
    const facts = { status: 'accepted', reason: null, source: 'webhook', duplicates: 0 };
    expect(stored).toMatchObject({ ...facts, eventType, installation, conversation });
  });

  test.each([
    { customerSatisfaction: 3 },
    { netPromoterScore: 0 },
    { satisfactionComment: 'It was very helpful' },
    { customQuestion: false },
  ])('satisfaction.answered with %j', async (answer) => {
    expect(await intake.stored(satisfactionAnswered(answer))).toMatchObject({ status: 'accepted' });
  });

  test('v2.conversation.closed in its older spelling, with one operatorId', async () => {
    const { operatorIds, ...older } = conversationClosedV2();
    expect(operatorIds).toHaveLength(2);
    expect(await intake.stored({ ...older, operatorId: 1 })).toMatchObject({ status: 'accepted' });
  });

  test('members that nobody documented do no harm', async () => {
    const event = { ...conversationStarted(), groupId: 7, nested: { anything: [null, true] }, visitorId: undefined };
    expect(await intake.stored(event)).toMatchObject({ status: 'accepted' });
  });
});

describe('An event that names a client and no website', () => {
  const kinds = ['created', 'updated', 'connected', 'disconnected'] as const;

  test.each([...kinds.map((kind) => user(kind)), visitorUpdated()])(
    '$eventType is accepted when the client is known',
    async (event) => {
      const stored = await intake.stored(event);
      expect(stored).toMatchObject({ status: 'accepted', installation: null, conversation: null });
    },
  );

  test.each([...kinds.map((kind) => user(kind, { clientId: 404 })), visitorUpdated({ clientId: 404 })])(
    '$eventType is quarantined when nobody knows the client',
    async (event) => {
      expect(await intake.stored(event)).toMatchObject({ status: 'quarantined', reason: 'unknown-installation' });
    },
  );

  test('is accepted once a website’s own event told whose client it is', async () => {
    await intake.install('ha', 2);
    expect(await intake.stored(user('updated', { clientId: 77 }))).toMatchObject({ status: 'quarantined' });
    await intake.stored(conversationPushedV2({ projectId: 2, clientId: 77 }));
    await eventually(
      () => intake.service.admin<{ clientId?: number }>('GET', '/installations/ha-2'),
      ({ body }) => body.clientId === 77,
    );
    expect(await intake.stored(user('updated', { clientId: 77 }))).toMatchObject({ status: 'accepted' });
  });
});

describe('An event type nothing is done about is stored as ignored', () => {
  test.each([
    ['user.availability.updated', userAvailabilityUpdated()],
    ['transaction.attributed', transactionAttributed()],
    ['message.created', { ...conversationStarted(), eventType: 'message.created' }],
    ['conversation.chat.started', { ...conversationStarted(), eventType: 'conversation.chat.started' }],
    ['constructor', { ...conversationStarted(), eventType: 'constructor' }],
    [
      'an unknown one of an unknown website',
      { ...conversationStarted(STRANGER), eventType: 'an unknown one of an unknown website' },
    ],
  ])('%s', async (eventType, event) => {
    expect(await intake.stored(event)).toMatchObject({ status: 'ignored', reason: null, eventType });
  });
});

describe('An event of a website nobody installed is quarantined', () => {
  test.each([
    ['conversation.started', conversationStarted(STRANGER)],
    ['conversation.transferred', conversationTransferred(STRANGER)],
    ['conversation.closed', conversationClosed(STRANGER)],
    ['satisfaction.filled', satisfactionFilled(STRANGER)],
    ['v2.conversation.pushed', conversationPushedV2(STRANGER_V2)],
    ['v2.conversation.closed', conversationClosedV2(STRANGER_V2)],
    ['satisfaction.answered', satisfactionAnswered(STRANGER_V2)],
    ['connector.installed', connectorInstalled({ websiteId: 404 })],
    ['connector.uninstalled', connectorUninstalled({ websiteId: 404 })],
    ['a number that only the other platform has', conversationStarted({ platform: 'sd', websiteId: 2 })],
  ])('%s', async (_what, event) => {
    const expected = { status: 'quarantined', reason: 'unknown-installation', installation: null, conversation: null };
    expect(await intake.stored(event)).toMatchObject({ ...expected, eventType: event.eventType });
  });
});

describe('A shape that does not fit is quarantined', () => {
  test.each([
    ['no time', conversationStarted(), { createdAt: undefined }],
    ['a time that is none', conversationStarted(), { createdAt: 'yesterday' }],
    ['no conversation', conversationClosed(), { conversationId: undefined }],
    ['a conversation that is an object', conversationStarted(), { conversationId: { id: 1 } }],
    ['a conversation without an id', conversationClosedV2(), { conversationId: '' }],
    ['no website', conversationStarted(), { websiteId: undefined }],
    ['the website under the name of the other dialect', conversationPushedV2(), { projectId: undefined, websiteId: 1 }],
    ['a third platform', conversationStarted(), { platform: 'xx' }],
    ['a score in words', satisfactionFilled(), { score: 'three' }],
    ['no answer', satisfactionAnswered(), { customerSatisfaction: undefined }],
    ['no user', user('created'), { userId: null }],
    ['no visitor', visitorUpdated(), { visitorId: undefined }],
    ['operators that are no list', conversationClosedV2(), { operatorIds: { first: 1 } }],
  ])('%s', async (_what, event, change) => {
    const stored = await intake.stored({ ...event, ...change });
    expect(stored).toMatchObject({ status: 'quarantined', reason: 'shape-does-not-fit', eventType: event.eventType });
  });

  test.each([undefined, '', null, { a: 1 }, 'conversation\u0000.closed'])('an event type of %j', async (eventType) => {
    const stored = await intake.stored({ ...conversationStarted(), eventType });
    expect(stored).toMatchObject({ status: 'quarantined', reason: 'no-event-type', eventType: null });
  });
});

describe('When connector.uninstalled has come', () => {
  const ids = { websiteId: 3, platform: 'SD' };
  const activeIs = (active: boolean) =>
    eventually(
      () => intake.service.admin<{ active: boolean }>('GET', '/installations/sd-3'),
      ({ body }) => body.active === active,
    );

  test('then conversations are ignored, uninstalling again does no harm, and installing makes them accepted', async () => {
    await intake.install('sd', 3);
    expect(await intake.stored(connectorUninstalled(ids))).toMatchObject({ status: 'accepted', installation: 'sd-3' });
    await activeIs(false);
    const started = conversationStarted({ websiteId: 3 });
    expect(await intake.stored(started)).toMatchObject({ status: 'ignored', reason: 'installation-disabled' });
    expect(await intake.stored(connectorUninstalled(ids))).toMatchObject({ status: 'ignored' });

    expect(await intake.stored(connectorInstalled(ids))).toMatchObject({ status: 'accepted' });
    await activeIs(true);
    expect(await intake.stored(conversationStarted({ websiteId: 3 }))).toMatchObject({ status: 'accepted' });
  });
});
