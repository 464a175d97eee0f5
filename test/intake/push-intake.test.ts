import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { readEvent } from '../../src/intake/read-event.ts';
import {
  conversationStarted,
  pushConversationEnd,
  pushConversationStart,
  pushOperatorLogin,
  pushOperatorLogout,
} from '../simulators/iadvize-events.ts';
import { signBody } from '../simulators/iadvize-signature.ts';
import { SECRET } from '../support/test-environment.ts';
import { exchange, FORM, type Intake, startIntake } from './intake-world.ts';

const PUSH_KEY = 'push-key_0123456789';

describe('Switched on by its key', () => {
  let intake: Intake;
  beforeAll(async () => {
    intake = await startIntake({ IADVIZE_PUSH_KEY: PUSH_KEY, DEFAULT_PLATFORM: 'sd' });
    await intake.install('ha', 1);
    await intake.install('sd', 1);
    await intake.install('ha', 7);
  });
  afterAll(() => intake.stop());

  const push = (body: object | string, key = PUSH_KEY, contentType = 'application/json') => {
    const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    return exchange(`${intake.service.url}/iadvize/push/${key}`, bytes, { 'Content-Type': contentType });
  };
  const newest = async () => (await intake.events())[0];

  test.each([
    ['conversation.start', pushConversationStart({ conversation_id: 1 }), 'sd-1:1'],
    ['conversation.end', pushConversationEnd({ conversation_id: '2' }), 'sd-1:2'],
    ['conversation.start', pushConversationStart({ conversation_id: 3, website_id: 'ha-1' }), 'ha-1:3'],
    ['conversation.start', pushConversationStart({ conversation_id: 4, website_id: 7 }), 'ha-7:4'],
  ])('%s is accepted without a signature, for %j', async (eventType, event, conversation) => {
    expect(await push(event)).toEqual({ status: 202, body: { status: 'accepted' } });
    expect(await newest()).toMatchObject({ status: 'accepted', source: 'push', eventType, conversation });
  });

  test('a webhook’s bare website id is the default platform’s as well', async () => {
    const stored = await intake.stored({ ...conversationStarted(), platform: undefined });
    expect(stored).toMatchObject({ status: 'accepted', installation: 'sd-1' });
  });

  test.each([pushOperatorLogin(), pushOperatorLogout()])('$name is ignored', async (event) => {
    expect(await push(event)).toEqual({ status: 202, body: { status: 'ignored' } });
    expect(await newest()).toMatchObject({ status: 'ignored', source: 'push', eventType: event.name });
  });

  test.each([
    ['an unknown website', pushConversationStart({ website_id: 404 }), 'unknown-installation'],
    ['a shape that does not fit', pushConversationStart({ conversation_id: null }), 'shape-does-not-fit'],
    [
      'a time with a zone',
      { ...pushConversationStart(), datetime: { created: '2014-01-01T00:00:00Z' } },
      'shape-does-not-fit',
    ],
    ['no name', { ...pushConversationStart(), name: undefined }, 'no-event-type'],
    ['a body that does not parse', 'not json', 'does-not-parse'],
  ])('%s is quarantined', async (_what, event, reason) => {
    expect(await push(event)).toEqual({ status: 202, body: { status: 'quarantined' } });
    expect(await newest()).toMatchObject({ status: 'quarantined', reason, source: 'push' });
  });

  test('a form with the JSON in its payload field is read too', async () => {
    const form = new URLSearchParams({ payload: JSON.stringify(pushConversationStart({ conversation_id: 9 })) });
    expect(await push(form.toString(), PUSH_KEY, FORM)).toMatchObject({ body: { status: 'accepted' } });
  });

  test('an unknown event name is ignored', async () => {
    expect(await push({ ...pushConversationStart(), name: 'visitor.wave' })).toMatchObject({
      body: { status: 'ignored' },
    });
  });

  test('the same bytes again are one event', async () => {
    const event = pushConversationStart({ conversation_id: 10 });
    await Promise.all([push(event), push(event), push(event)]);
    expect(await intake.events('&conversation=sd-1:10')).toEqual([expect.objectContaining({ duplicates: 2 })]);
  });

  test('a body over the limit is refused', async () => {
    expect(await push(' '.repeat(256 * 1024 + 1))).toMatchObject({ status: 413 });
  });

  describe.each([
    ['another', 'push-key_0123456780'],
    ['shorter', PUSH_KEY.slice(0, -1)],
    ['longer', `${PUSH_KEY}0`],
    ['upper-case', PUSH_KEY.toUpperCase()],
  ])('With a key that is %s', (_how, key) => {
    test('it answers like any path that is not there, and stores nothing', async () => {
      const before = (await intake.events()).length;
      const body = JSON.stringify(pushConversationStart());
      const statuses = async (path: string) => {
        const call = () => request(intake.service.url).post(path).type('json');
        const signed = await call().set('X-iAdvize-Signature', signBody(SECRET, body)).send(body);
        return [(await call().send(body)).status, signed.status];
      };
      expect(await statuses(`/iadvize/push/${key}`)).toEqual([401, 404]);
      expect(await statuses('/iadvize/nowhere')).toEqual([401, 404]);
      expect(await intake.events()).toHaveLength(before);
    });
  });

  test('neither the right key nor a wrong one is in the log', async () => {
    await push(pushConversationStart(), 'a-wrong-key-that-somebody-tried');
    expect(intake.service.logs()).toContain('/iadvize/push/:pushKey');
    expect(intake.service.logs()).not.toContain(PUSH_KEY);
    expect(intake.service.logs()).not.toContain('a-wrong-key-that-somebody-tried');
  });
});

describe('Without a key', () => {
  let intake: Intake;
  beforeAll(async () => void (intake = await startIntake()));
  afterAll(() => intake.stop());

  test.each([PUSH_KEY, 'undefined', '', '%20'])('nothing is reachable at /iadvize/push/%s', async (key) => {
    const body = JSON.stringify(pushConversationStart());
    const call = () => request(intake.service.url).post(`/iadvize/push/${key}`).type('json');
    expect((await call().send(body)).status).toBe(401);
    expect((await call().set('X-iAdvize-Signature', signBody(SECRET, body)).send(body)).status).toBe(404);
    expect(await intake.events()).toEqual([]);
  });
});

describe('What a push says in the bridge’s words', () => {
  const read = (event: object) => readEvent('push', 'application/json', Buffer.from(JSON.stringify(event)));
  const site1 = { by: 'website', website: { number: '1' } };

  test('example 44 of the contract: an end is a close of site 1 on the chat channel', () => {
    const parameters = { conversation_id: 1, type: 'chat', operator_id: 1, website_id: 1, group_id: 1 };
    const datetime = { created: '2014-01-01 00:00:00', sent: '2014-01-01 00:00:01' };
    expect(read({ name: 'conversation.end', datetime, parameters })).toEqual({
      status: 'accepted',
      eventType: 'conversation.end',
      target: site1,
      event: {
        kind: 'conversation-closed',
        occurredAt: new Date('2014-01-01T00:00:00Z'),
        conversationId: '1',
        channel: 'chat',
        operatorIds: ['1'],
      },
    });
  });

  test('a start is a start', () => {
    const event = pushConversationStart({ type: 'CALL', operator_id: 5, custom_data: { 'any thing': [1] } });
    const details = { conversationId: '1', channel: 'call', operatorId: '5' };
    expect(read(event)).toMatchObject({
      status: 'accepted',
      target: site1,
      event: { kind: 'conversation-started', ...details },
    });
  });

  test('a webhook’s shape is not taken for a push', () => {
    expect(read(conversationStarted())).toMatchObject({ status: 'quarantined', reason: 'no-event-type' });
  });
});
