import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createSender, type Sender } from '../simulators/iadvize-sender.ts';
import { type ChatStage, startChatStage } from '../support/chat-stage.ts';
import { eventually } from '../support/eventually.ts';
import { openTestDatabase } from '../support/test-database.ts';
import { ADMIN_TOKEN, SECRET } from '../support/test-environment.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

const HAS_SERVER = process.env['DATABASE_URL'] !== undefined;
const BACKLOG = HAS_SERVER ? 2_500 : 600;
/** Senders at the same time. */
const SENDING = 25;
const BUSY = 1;
const QUIET = [2, 3];
const PROMPT_MS = 2_000;
/** The two roles ask for one; the tests bring their own. */
const NAMED = 'postgres://given.by.the/test';

let stage: ChatStage;
let database: Awaited<ReturnType<typeof openTestDatabase>>;
let web: TestService;
let sender: Sender;
const workers: TestService[] = [];

beforeAll(async () => {
  stage = await startChatStage();
  database = await openTestDatabase();
  web = await start('web');
  // Where nobody answers: this is about who is planned, not about who is carried.
  const nowhere = { id: 'nowhere', type: 'thulium', settings: { baseUrl: 'http://127.0.0.1:1/api', chatQueueId: 1 } };
  const login = { apiUser: 'nobody', apiPassword: 'canary-of-nobody' };
  const destinations = [{ ...nowhere, settings: { ...nowhere.settings, ...login } }];
  const busy = { ...stage.installation(BUSY, []), destinations };
  const answers = [await web.admin('POST', '/installations', busy)];
  for (const id of QUIET) answers.push(await web.admin('POST', '/installations', stage.installation(id, ['thulium'])));
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
  sender = createSender({ targetUrl: `${web.url}/iadvize/webhooks`, secret: SECRET });
});
afterAll(async () => {
  sender.close();
  for (const service of [...workers, web]) await service.stop();
  await database.close();
  await stage.close();
});

/** On the one database, which outlives them. */
function start(role: 'web' | 'worker'): Promise<TestService> {
  const shared = { ...database, close: () => Promise.resolve() };
  return startTestService({ ...stage.environment, ROLE: role, DATABASE_URL: NAMED }, { database: shared });
}

async function takenOver(websiteId: number, conversationId: number): Promise<void> {
  expect((await sender.send(stage.conversation(websiteId, conversationId, []).started)).accepted).toBe(true);
}

/** Read afresh: a process keeps the figures of the queue for 5 s, and this one is asked once. */
async function eventsToPlan(service: TestService): Promise<number> {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
  const text = await (await fetch(`${service.url}/metrics`, { headers })).text();
  return Number(/^connector_events_to_plan (\d+)$/m.exec(text)?.[1]);
}

test('While thousands of events of one website wait, those of others are in their chats within seconds', async () => {
  const ids = Array.from({ length: BACKLOG }, (_, index) => 1_000 + index);
  const sending = Array.from({ length: SENDING }, async () => {
    for (let id = ids.pop(); id !== undefined; id = ids.pop()) await takenOver(BUSY, id);
  });
  await Promise.all(sending);

  workers.push(await start('worker'));
  for (const [index, websiteId] of QUIET.entries()) {
    const id = 1 + index;
    await takenOver(websiteId, id);
    const acceptedAt = performance.now();
    await eventually(
      () => stage.seenInThulium(id),
      (chats) => chats.length > 0,
    );
    expect(performance.now() - acceptedAt).toBeLessThan(PROMPT_MS);
  }
  expect(await eventsToPlan(workers[0]!)).toBeGreaterThan(BACKLOG / 3);
});
