import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { conversationPushedV2, conversationStarted, user } from '../simulators/iadvize-events.ts';
import { type Intake, startIntake } from './intake-world.ts';

let intake: Intake;

beforeAll(async () => {
  intake = await startIntake();
  await intake.install('ha', 1, { clientId: 335 });
  await intake.install('sd', 1);
  await intake.install('sd', 5);
});
afterAll(() => intake.stop());

describe('A website is found in every spelling', () => {
  test.each([
    [1, 'ha', 'ha-1'],
    ['1', 'ha', 'ha-1'],
    [' 001 ', 'ha', 'ha-1'],
    [1, 'HA', 'ha-1'],
    [1, 'sd', 'sd-1'],
    [1, 'SD', 'sd-1'],
    ['ha-1', undefined, 'ha-1'],
    ['HA-1', undefined, 'ha-1'],
    ['sd-1', undefined, 'sd-1'],
    // Its own prefix is nearer than the member beside it.
    ['ha-1', 'sd', 'ha-1'],
    ['sd-1', 'ha', 'sd-1'],
  ])('%j with platform %j', async (websiteId, platform, installation) => {
    const v1 = await intake.stored({ ...conversationStarted(), websiteId, platform });
    expect(v1).toMatchObject({ status: 'accepted', installation, conversation: `${installation}:1` });
    const v2 = await intake.stored({ ...conversationPushedV2(), projectId: websiteId, platform });
    expect(v2).toMatchObject({ status: 'accepted', installation });
  });

  test('a bare number that both platforms have is that of the default platform', async () => {
    const stored = await intake.stored({ ...conversationStarted(), websiteId: 1, platform: undefined });
    expect(stored).toMatchObject({ status: 'accepted', installation: 'ha-1' });
  });

  test('a bare number that one platform has is that platform’s', async () => {
    const stored = await intake.stored({ ...conversationStarted(), websiteId: 5, platform: undefined });
    expect(stored).toMatchObject({ status: 'accepted', installation: 'sd-5' });
  });

  test('a number with a platform is never taken for the other platform’s', async () => {
    const stored = await intake.stored({ ...conversationStarted(), websiteId: 5, platform: 'ha' });
    expect(stored).toMatchObject({ status: 'quarantined', reason: 'unknown-installation' });
  });

  test.each([-1, 1.5, '1-ha', 'ha1', 'ha-', '', '1e3', '9999999999999999', true, null, [1], {}])(
    '%j is no website',
    async (websiteId) => {
      const stored = await intake.stored({ ...conversationStarted(), websiteId });
      expect(stored).toMatchObject({ status: 'quarantined', reason: 'shape-does-not-fit' });
    },
  );
});

describe('A conversation keeps its id as text', () => {
  test.each([
    [1, 'sd-1:1'],
    ['1', 'sd-1:1'],
    ['ha-56986', 'sd-1:ha-56986'],
    ['4C8C7408-f73c-42cd-89e9-afbbee7d9024', 'sd-1:4C8C7408-f73c-42cd-89e9-afbbee7d9024'],
    [9_007_199_254_740_991, 'sd-1:9007199254740991'],
  ])('%j', async (conversationId, conversation) => {
    const stored = await intake.stored({ ...conversationStarted(), conversationId });
    expect(stored).toMatchObject({ status: 'accepted', conversation });
  });
});

describe('A client is found in both spellings', () => {
  test.each([
    [335, 'accepted'],
    ['335', 'accepted'],
    [3350, 'quarantined'],
    ['client', 'quarantined'],
    ['99999999999999999999999', 'quarantined'],
  ])('%j is %s', async (clientId, status) => {
    expect(await intake.stored({ ...user('created'), clientId })).toMatchObject({ status });
  });
});

describe('An id with a NUL character or a line break is quarantined, not an error', () => {
  const wrong = 'a\u0000b';
  test.each([
    ['eventId', conversationStarted()],
    ['platform', conversationStarted()],
    ['websiteId', conversationStarted()],
    ['clientId', conversationStarted()],
    ['conversationId', conversationStarted()],
    ['operatorId', conversationStarted()],
    ['visitorId', conversationStarted()],
    ['visitorExternalId', conversationStarted()],
    ['clientId', user('created')],
    ['userId', user('created')],
  ])('%s of %j', async (member, event) => {
    for (const value of [wrong, 'a\nb', '\u0000']) {
      const stored = await intake.stored({ ...event, eventId: crypto.randomUUID(), [member]: value });
      expect(stored).toMatchObject({ status: 'quarantined', reason: 'shape-does-not-fit' });
    }
  });

  test('also where the type of the event is one we do not know', async () => {
    const event = { ...conversationStarted(), eventType: 'something.new', eventId: wrong };
    expect(await intake.stored(event)).toMatchObject({ status: 'ignored', eventType: 'something.new' });
  });
});

describe('With half of a surrogate pair, which PostgreSQL cannot hold, an event is stored once all the same', () => {
  const half = 'a\ud83db';
  test.each([
    ['eventId', conversationStarted(), 'accepted'],
    ['eventType', conversationStarted(), 'ignored'],
    ['conversationId', conversationStarted(), 'accepted'],
  ])('in its %s', async (member, event, status) => {
    const body = { ...event, [member]: half };
    const stored = await intake.stored(body);
    expect(stored).toMatchObject({ status });
    if (member !== 'eventId') expect(JSON.stringify(stored)).toContain('a\ufffdb');
    expect(await intake.post(body)).toEqual({ status: 202, body: { status } });
    expect((await intake.events()).find(({ id }) => id === stored.id)).toMatchObject({ duplicates: 1 });
  });
});
