import { describe, expect, test } from '@jest/globals';
import {
  connectorInstalled,
  connectorUninstalled,
  conversationClosed,
  conversationClosedV2,
  conversationPushedV2,
  conversationStarted,
  conversationTransferred,
  history,
  pushConversationEnd,
  pushConversationStart,
  pushOperatorLogin,
  pushOperatorLogout,
  satisfactionAnswered,
  satisfactionFilled,
  transactionAttributed,
  user,
  userAvailabilityUpdated,
  visitorUpdated,
} from './iadvize-events.ts';

const COMMON = ['eventId', 'eventType', 'platform', 'createdAt', 'sentAt'];
const CONVERSATION_V1 = ['websiteId', 'clientId', 'conversationId', 'operatorId', 'channel', 'visitorId'];
const CONVERSATION_V2 = ['projectId', 'clientId', 'conversationId', 'visitorExternalId', 'channel', 'visitorId'];
const CONNECTOR = ['websiteId', 'connectorId', 'connectorVersionId'];
const SATISFACTION = ['websiteId', 'clientId', 'conversationId', 'operatorId', 'visitorId', 'score'];
const TRANSACTION = ['projectId', 'clientId', 'transactionId', 'receivedAt', 'externalId', 'amount', 'conversationId'];

describe('iAdvize events', () => {
  test.each([
    ['conversation.started', conversationStarted, CONVERSATION_V1],
    ['conversation.closed', conversationClosed, CONVERSATION_V1],
    ['conversation.transferred', conversationTransferred, [...CONVERSATION_V1, 'transferredConversationId']],
    ['v2.conversation.pushed', conversationPushedV2, [...CONVERSATION_V2, 'operatorId']],
    ['v2.conversation.closed', conversationClosedV2, [...CONVERSATION_V2, 'operatorIds']],
    ['visitor.updated', visitorUpdated, ['clientId', 'operatorId', 'visitorId']],
    ['satisfaction.filled', satisfactionFilled, SATISFACTION],
    [
      'satisfaction.answered',
      satisfactionAnswered,
      ['projectId', 'clientId', 'conversationId', 'customerSatisfaction'],
    ],
    ['user.created', () => user('created'), ['clientId', 'userId']],
    ['user.availability.updated', userAvailabilityUpdated, ['clientId', 'userId', 'origin', 'availabilities']],
    ['connector.installed', connectorInstalled, CONNECTOR],
    ['connector.uninstalled', connectorUninstalled, CONNECTOR],
    ['transaction.attributed', transactionAttributed, [...TRANSACTION, 'source', 'operatorId']],
  ])('%s has the documented fields and a fresh id', (eventType, build: () => { eventId: string }, fields) => {
    const event = build();

    expect(Object.keys(event).sort()).toEqual([...COMMON, ...fields].sort());
    expect(event).toMatchObject({ eventType });
    expect(event.eventId).not.toBe(build().eventId);
  });

  test('the dialects differ in platform, ids and times', () => {
    expect(conversationStarted()).toMatchObject({
      platform: 'sd',
      conversationId: expect.any(Number),
      visitorId: expect.stringMatching(/^[0-9a-f]{45}$/),
      sentAt: expect.stringMatching(/T\d\d:\d\d:\d\d\+02:00$/),
    });
    expect(conversationPushedV2()).toMatchObject({
      platform: 'ha',
      conversationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      visitorId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      sentAt: expect.stringMatching(/T\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
    expect(connectorInstalled().platform).toBe('SD');
    for (const { sentAt } of [conversationStarted(), conversationPushedV2()]) {
      expect(Math.abs(Date.parse(sentAt) - Date.now())).toBeLessThan(5_000);
    }
  });

  test('an override replaces what it names and nothing else', () => {
    const event = conversationClosedV2({ eventId: 'fixed', operatorIds: [9] });

    expect(event).toMatchObject({ eventId: 'fixed', operatorIds: [9], eventType: 'v2.conversation.closed' });
  });

  test('30: a satisfaction answer is exactly one of four', () => {
    expect(satisfactionAnswered()).toMatchObject({ customerSatisfaction: 3 });
    for (const answer of [{ netPromoterScore: 3 }, { satisfactionComment: 'Helpful' }, { customQuestion: true }]) {
      const event = satisfactionAnswered(answer);
      expect(event).toMatchObject(answer);
      expect(event).not.toHaveProperty('customerSatisfaction');
    }
  });

  test('44: the push API has a name, two times and parameters', () => {
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    const conversation = { conversation_id: 5, type: 'chat', operator_id: 1, website_id: 1, group_id: 1 };

    expect(pushConversationEnd({ conversation_id: 5 })).toEqual({
      name: 'conversation.end',
      datetime: { created: time, sent: time },
      parameters: conversation,
    });
    expect(pushConversationStart({ conversation_id: 5 })).toMatchObject({
      name: 'conversation.start',
      parameters: { ...conversation, custom_data: {} },
    });
    expect(pushOperatorLogin()).toMatchObject({ name: 'operator.login', parameters: { operator_id: 1 } });
    expect(pushOperatorLogout({ operator_id: 2 })).toMatchObject({ parameters: { operator_id: 2 } });
  });

  test('34: only plain messages of the history carry their epoch', () => {
    const at = 1455618264049;
    const lines = history([
      { from: 'page', text: 'http://test.com/', at },
      { from: 'visitor', text: 'Hello' },
      { from: 'operator', text: 'Hello, how can I help you?' },
      { from: 'visitorRich', text: '<img>' },
      { from: 4, text: 'not described' },
    ]);

    expect(lines).toEqual([
      [5, '2016-02-16 11:24:24', 'http://test.com/'],
      [2, '2016-02-16 11:24:34', 'Hello', at + 10_000],
      [1, '2016-02-16 11:24:44', 'Hello, how can I help you?', at + 20_000],
      [7, '2016-02-16 11:24:54', '<img>'],
      [4, '2016-02-16 11:25:04', 'not described'],
    ]);
  });
});
