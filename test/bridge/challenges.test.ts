import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { history } from '../simulators/iadvize-events.ts';
import { type BridgeWorld, CAPTCHA, conversationOf, startBridgeWorld } from '../support/bridge-world.ts';
import { eventually } from '../support/eventually.ts';

const GUESTS = { method: 'POST', path: /\/guests$/ };

interface Shown {
  id: string;
  conversation: string;
  destination: string;
  installation: string;
  attempt: number;
  image: string;
  expiresAt: string;
}

let world: BridgeWorld;
let next = 500;

beforeAll(async () => {
  world = await startBridgeWorld();
  const operator = (changes: object = {}) => world.xmDestination({ captcha: { strategy: 'operator', ...changes } });
  await world.install(1, [operator()]);
  await world.install(2, [operator({ attempts: 2 })]);
  await world.install(3, [operator({ expiresMs: 1 })]);
  await world.install(4, [world.xmDestination({ captcha: { strategy: 'visitor' } })]);
  await world.install(5, [operator()]);
  await world.install(6, [operator()], { uncertainPolicy: 'hold' });
});
afterEach(() => world.xm.faults.clear());
afterAll(() => world.stop());

function converse(websiteId: number) {
  const conversation = conversationOf(websiteId, (next += 1));
  conversation.readable(world, history([{ from: 'visitor', text: 'Good day' }]));
  return conversation;
}
type Conversation = ReturnType<typeof converse>;

async function list(): Promise<Shown[]> {
  const { status, body } = await world.service.admin<{ items: Shown[] }>('GET', '/challenges');
  expect(status).toBe(200);
  return body.items;
}

/** Waits for a question about this conversation other than `than`. */
async function question({ id }: Conversation, than?: Shown): Promise<Shown> {
  const open = async () => (await list()).find((shown) => shown.conversation === id && shown.id !== than?.id);
  const shown = await eventually(open, (found) => found !== undefined);
  if (!shown) throw new Error('no question');
  return shown;
}

const answer = async (shown: Shown, text: string) =>
  (await world.service.admin('POST', `/challenges/${shown.id}`, { answer: text })).status;

/** XM's id of the captcha that was handed out last. Only the simulator knows the text; the image is no picture of it. */
const rightAnswer = () => world.xm.captchaAnswer(world.xm.captchasIssued().at(-1) ?? '') ?? '';

async function start(conversation: Conversation) {
  const [head] = await world.deliveries(conversation.id);
  return head;
}
const reaches = (conversation: Conversation, wanted: { status: string; reason?: string }) =>
  eventually(
    () => start(conversation),
    (head) => head?.status === wanted.status && (wanted.reason === undefined || head.reason === wanted.reason),
  );
const roomsOf = ({ conversationId }: Conversation) =>
  world.xm.ledger
    .entries()
    .filter((entry) => entry.kind === 'guest' && entry.email === `ana${conversationId}@example.org`);
const triesOf = (captchaId: string) =>
  world.xm.requests.entries().filter(({ path, query }) => path.endsWith('/guests') && query['captchaId'] === captchaId);

test('A captcha waits in the admin API, and its answer starts the chat and what waited behind it', async () => {
  const conversation = converse(1);
  await world.sender.send(conversation.started());
  await world.sender.send(conversation.closed());
  const shown = await question(conversation);
  expect(shown).toMatchObject({ installation: 'ha-1', destination: 'xm-watch', attempt: 1 });
  expect(shown.image).toMatch(/^data:image\/jpeg;base64,\/9j\//);
  expect(Date.parse(shown.expiresAt)).toBeGreaterThan(Date.now());
  expect(await start(conversation)).toMatchObject({ status: 'parked', reason: 'challenge-needed' });
  expect(roomsOf(conversation)).toEqual([]);

  const text = rightAnswer();
  expect(await answer(shown, ` ${text} `)).toBe(204);
  await world.xm.ledger.waitFor((entries) => entries.some(({ kind }) => kind === 'leave'));
  const [room, ...more] = roomsOf(conversation);
  expect(more).toEqual([]);
  const said = world.xm.ledger.entries().filter((entry) => entry.kind === 'message' && entry.chatId === room?.chatId);
  expect(said).toMatchObject([{ text: 'Good day' }]);
  expect((await list()).map(({ conversation: id }) => id)).not.toContain(conversation.id);
  expect(await answer(shown, text)).toBe(404);
  expect(world.service.logs()).not.toContain(text);
});

test('A wrong answer asks the next captcha; after the last one the start is parked as refused', async () => {
  const conversation = converse(2);
  await world.sender.send(conversation.started());
  const first = await question(conversation);
  expect(await answer(first, 'zzz')).toBe(204);
  const second = await question(conversation, first);
  expect(second).toMatchObject({ attempt: 2 });
  expect(await answer(second, 'zzz')).toBe(204);
  await reaches(conversation, { status: 'parked', reason: 'captcha-refused' });
  expect(await list()).toEqual([]);
  expect(roomsOf(conversation)).toEqual([]);
});

test('A wrong answer, then a right one: one chat', async () => {
  const conversation = converse(1);
  await world.sender.send(conversation.started());
  const first = await question(conversation);
  await answer(first, 'zzz');
  await answer(await question(conversation, first), rightAnswer());
  await reaches(conversation, { status: 'delivered' });
  expect(roomsOf(conversation)).toHaveLength(1);
});

test('An answer that comes too late is never sent: a fresh captcha is asked', async () => {
  const conversation = converse(3);
  await world.sender.send(conversation.started());
  const first = await question(conversation);
  const captchaId = world.xm.captchasIssued().at(-1) ?? '';
  await eventually(
    () => Date.now(),
    (now) => now > Date.parse(first.expiresAt),
  );
  expect(await answer(first, rightAnswer())).toBe(204);
  expect(await question(conversation, first)).toMatchObject({ attempt: 1 });
  expect(triesOf(captchaId)).toEqual([]);
});

test('A start in doubt never sends its captcha again: a fresh one is asked', async () => {
  const conversation = converse(1);
  await world.sender.send(conversation.started());
  const first = await question(conversation);
  const captchaId = world.xm.captchasIssued().at(-1) ?? '';
  world.xm.faults.add({ match: GUESTS, kind: 'accept-then-cut' });
  await answer(first, rightAnswer());
  const second = await question(conversation, first);
  expect(triesOf(captchaId)).toHaveLength(1);
  await answer(second, rightAnswer());
  await reaches(conversation, { status: 'delivered' });
  // XM gives no way to look for the first one; the installation's policy made the second.
  expect(roomsOf(conversation)).toHaveLength(2);
});

test('With the policy "hold" a start in doubt waits for a person, and asks nothing', async () => {
  const conversation = converse(6);
  await world.sender.send(conversation.started());
  const first = await question(conversation);
  world.xm.faults.add({ match: GUESTS, kind: 'accept-then-cut' });
  await answer(first, rightAnswer());
  await reaches(conversation, { status: 'uncertain' });
  expect((await list()).map(({ conversation: id }) => id)).not.toContain(conversation.id);
});

test('Other settings set the start free too, and the question is gone', async () => {
  const conversation = converse(5);
  await world.sender.send(conversation.started());
  await question(conversation);
  const fixed = world.xmDestination({ captcha: { strategy: 'fixed', ...CAPTCHA } });
  const settings = { label: 'Shop 5', destinations: [fixed] };
  const { status } = await world.service.admin('PUT', '/installations/ha-5', settings);
  expect(status).toBe(200);
  await reaches(conversation, { status: 'delivered' });
  expect((await list()).map(({ conversation: id }) => id)).not.toContain(conversation.id);
});

test('The visitor cannot be asked yet: the start is parked, and says why', async () => {
  const conversation = converse(4);
  await world.sender.send(conversation.started());
  await reaches(conversation, { status: 'parked', reason: 'challenge-unsupported' });
});

test.each([
  ['nothing', {}, 422],
  ['an empty answer', { answer: '  ' }, 422],
  ['a control character', { answer: 'a\u0000b' }, 422],
  ['a member nobody knows', { answer: 'a', force: true }, 422],
])('An answer that is %s is refused, and the question stays', async (_what, body, status) => {
  const conversation = converse(1);
  await world.sender.send(conversation.started());
  const shown = await question(conversation);
  expect((await world.service.admin('POST', `/challenges/${shown.id}`, body)).status).toBe(status);
  expect((await list()).map(({ id }) => id)).toContain(shown.id);
});

test('An id that is none, or of no open question, is not found; without the token nothing is told', async () => {
  const unknown = '00000000-0000-4000-8000-000000000000';
  for (const id of ['nonsense', unknown]) {
    expect((await world.service.admin('POST', `/challenges/${id}`, { answer: 'a' })).status).toBe(404);
  }
  expect((await fetch(`${world.service.url}/admin/api/challenges`)).status).toBe(401);
});
