import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { conversationClosed, conversationPushedV2, conversationStarted } from '../simulators/iadvize-events.ts';
import { createSender } from '../simulators/iadvize-sender.ts';
import { SECRET } from '../support/test-environment.ts';
import { type Intake, startIntake } from './intake-world.ts';

let intake: Intake;

beforeAll(async () => {
  intake = await startIntake();
  await intake.install('sd', 1);
  await intake.install('ha', 1);
});
afterAll(() => intake.stop());

const ofConversation = (id: string) => intake.events(`&conversation=${id}`);

describe('The same event again', () => {
  test('is counted, not stored, and answered like the first', async () => {
    const event = conversationStarted({ conversationId: 10 });
    const answers = [await intake.post(event), await intake.post(event), await intake.post(event)];
    expect(answers).toEqual(Array(3).fill({ status: 202, body: { status: 'accepted' } }));
    expect(await ofConversation('sd-1:10')).toEqual([expect.objectContaining({ status: 'accepted', duplicates: 2 })]);
  });

  test('is counted with any delivery and correlation id, for only the body is signed', async () => {
    const event = conversationStarted({ conversationId: 11 });
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const ids = { 'X-iAdvize-Delivery': crypto.randomUUID(), 'X-iAdvize-CorrelationId': crypto.randomUUID() };
      await intake.post(event, 'application/json', ids);
    }
    expect(await ofConversation('sd-1:11')).toEqual([expect.objectContaining({ duplicates: 2 })]);
  });

  test('is one event when twenty come at once', async () => {
    const event = conversationStarted({ conversationId: 12 });
    const answers = await Promise.all(Array.from({ length: 20 }, () => intake.post(event)));
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([202]));
    expect(await ofConversation('sd-1:12')).toEqual([expect.objectContaining({ status: 'accepted', duplicates: 19 })]);
  });

  test('is one event when the answer to the first was lost and the sender retries', async () => {
    const targetUrl = `${intake.service.url}/iadvize/webhooks`;
    const sender = createSender({ targetUrl, secret: SECRET, retryDelaysMs: [5] });
    const event = conversationStarted({ conversationId: 13 });
    await Promise.all([sender.send(event), sender.send(event)]);
    sender.close();
    expect(await ofConversation('sd-1:13')).toEqual([expect.objectContaining({ duplicates: 1 })]);
  });

  test('keeps its first verdict, also when its website was installed in between', async () => {
    const event = conversationStarted({ websiteId: 8, conversationId: 14 });
    const first = await intake.stored(event);
    expect(first).toMatchObject({ status: 'quarantined' });
    await intake.install('sd', 8);
    expect(await intake.post(event)).toEqual({ status: 202, body: { status: 'quarantined' } });
    expect((await intake.events())[0]).toEqual({ ...first, duplicates: 1 });
  });
});

describe('The same event id with another body', () => {
  test('keeps the first and is stored beside it as an anomaly', async () => {
    const first = conversationStarted({ conversationId: 20 });
    const other = { ...first, conversationId: 21 };
    expect(await intake.stored(first)).toMatchObject({ status: 'accepted', conversation: 'sd-1:20' });
    expect(await intake.stored(other)).toMatchObject({ status: 'duplicate-anomaly', reason: 'same-id-other-body' });
    expect(await ofConversation('sd-1:20')).toEqual([expect.objectContaining({ status: 'accepted' })]);
  });

  test('is an anomaly once, however often it comes, and another body is another one', async () => {
    const first = conversationStarted({ conversationId: 22 });
    await intake.post(first);
    for (let attempt = 0; attempt < 3; attempt += 1) await intake.post({ ...first, operatorId: 2 });
    await intake.post({ ...first, operatorId: 3 });
    const anomalies = await intake.events('&status=duplicate-anomaly&conversation=sd-1:22');
    expect(anomalies.map((event) => event.duplicates)).toEqual([0, 2]);
  });

  test('is an anomaly also when it only spaces the JSON otherwise', async () => {
    const event = conversationStarted({ conversationId: 23 });
    await intake.post(event);
    expect(await intake.stored(JSON.stringify(event, null, 1))).toMatchObject({ status: 'duplicate-anomaly' });
  });

  test('at the same time leaves one accepted event, whoever was first', async () => {
    const event = conversationStarted({ conversationId: 24 });
    const bodies = Array.from({ length: 10 }, (_, index) => ({ ...event, operatorId: index + 1 }));
    await Promise.all(bodies.map((body) => intake.post(body)));
    const stored = await ofConversation('sd-1:24');
    expect(stored.filter((one) => one.status === 'accepted')).toHaveLength(1);
    expect(stored.filter((one) => one.status === 'duplicate-anomaly')).toHaveLength(9);
  });
});

describe('Events without an id', () => {
  test('are told apart by their bytes', async () => {
    const { eventId, ...anonymous } = conversationClosed({ conversationId: 30 });
    expect(eventId).not.toBe('');
    await intake.post(anonymous);
    await intake.post(anonymous);
    await intake.post({ ...anonymous, operatorId: 2 });
    const stored = await ofConversation('sd-1:30');
    expect(stored.map(({ status, duplicates }) => ({ status, duplicates }))).toEqual([
      { status: 'accepted', duplicates: 0 },
      { status: 'accepted', duplicates: 1 },
    ]);
  });

  test('that do not parse are one event when they are the same bytes', async () => {
    expect(await intake.stored('not json at all')).toMatchObject({ duplicates: 0 });
    await intake.post('not json at all');
    expect((await intake.events())[0]).toMatchObject({ reason: 'does-not-parse', duplicates: 1 });
  });
});

test('Two pushes of one conversation under two ids are two events: a start and a transfer', async () => {
  const conversationId = crypto.randomUUID();
  await intake.post(conversationPushedV2({ conversationId, operatorId: 1 }));
  await intake.post(conversationPushedV2({ conversationId, operatorId: 2 }));
  const stored = await ofConversation(`ha-1:${conversationId}`);
  expect(stored.map(({ status, duplicates }) => ({ status, duplicates }))).toEqual([
    { status: 'accepted', duplicates: 0 },
    { status: 'accepted', duplicates: 0 },
  ]);
});
