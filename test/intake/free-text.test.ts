import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { conversationPushedV2, conversationStarted, satisfactionAnswered } from '../simulators/iadvize-events.ts';
import { eventually } from '../support/eventually.ts';
import { type Intake, startIntake } from './intake-world.ts';

let intake: Intake;

beforeAll(async () => {
  intake = await startIntake();
  const settings = { baseUrl: 'http://127.0.0.1:9/api', apiUser: 'u', apiPassword: 'p', chatQueueId: 1 };
  await intake.install('ha', 1, { destinations: [{ id: 't', type: 'thulium', settings }] });
  await intake.stored(conversationPushedV2());
});
afterAll(() => intake.stop());

test.each([
  ['a NUL in the channel', conversationStarted({ platform: 'ha', channel: 'chat\u0000' })],
  ['a NUL in what a visitor wrote', satisfactionAnswered({ satisfactionComment: 'very\u0000helpful' })],
  ['half a surrogate pair in what a visitor wrote', satisfactionAnswered({ satisfactionComment: 'very \ud83d' })],
  [
    'a time past PostgreSQL’s',
    conversationStarted({ platform: 'ha', conversationId: 2, createdAt: '+275760-01-01T00:00:00Z' }),
  ],
])('%s is quarantined at once or planned at the first try', async (_what, event) => {
  const { id } = await intake.stored(event);
  const read = async () =>
    (await intake.events()).find((one) => one.id === id) as { status: string; plannedAt?: string | null } | undefined;
  await eventually(read, (seen) => seen?.status === 'quarantined' || Boolean(seen?.plannedAt));
  expect(intake.service.logs()).not.toContain('planning-failed');
});
