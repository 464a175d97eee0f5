import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Sender } from '../../simulators/iadvize-sender.ts';
import { QUICK, THULIUM_LOGIN } from '../../support/bridge-world.ts';
import { eventually } from '../../support/eventually.ts';
import { type ProcessWorld, startProcessWorld } from '../../support/process-world.ts';
import type { ServiceProcess } from '../../support/service-process.ts';

const PER_SECOND = 10;
/** Of a second's share, after a pause; and one try that lies on either edge of a second. */
const MOST_IN_A_SECOND = PER_SECOND * 1.2 + 1;
const CONVERSATIONS = 20;
/** Start, context, text, end. */
const WRITES_OF_EACH = 4;
const WHOLE = [[expect.stringContaining('[iAdvize]'), 'hello', '(end)']];

let world: ProcessWorld;
let web: ServiceProcess;
let sender: Sender;

beforeAll(async () => {
  world = await startProcessWorld();
  const roles = ['web', 'worker', 'worker', 'worker'];
  [web] = (await Promise.all(roles.map((role) => world.start({ ROLE: role })))) as [ServiceProcess];
  sender = world.sender(web);
});
afterAll(() => world.stop());

/** When each write of these conversations came, in ms, once all of them are over. */
async function carry(websiteId: number, settings: object): Promise<number[]> {
  const own = { baseUrl: world.stage.thulium.url, ...THULIUM_LOGIN, chatQueueId: 3, ...QUICK, ...settings };
  await world.install(web, websiteId, [], { destinations: [{ id: 'chat', type: 'thulium', settings: own }] });
  const ids = Array.from({ length: CONVERSATIONS }, (_, index) => websiteId * 1_000 + index);
  const all = ids.map((id) => world.stage.conversation(websiteId, id, ['hello']));
  const before = world.stage.thulium.requests.entries().length;
  await Promise.all(all.map(({ started }) => sender.send(started)));
  await Promise.all(all.map(({ closed }) => sender.send(closed)));
  const isOver = (id: number): boolean => world.stage.seenInThulium(id).at(-1)?.at(-1) === '(end)';
  await eventually(
    () => ids.filter((id) => !isOver(id)).length,
    (open) => open === 0,
  );
  for (const id of ids) expect(world.stage.seenInThulium(id)).toEqual(WHOLE);
  const requests = world.stage.thulium.requests.entries().slice(before);
  return requests.filter(({ method }) => method !== 'GET').map(({ at }) => Date.parse(at));
}

/** The most that lie within any second. */
const mostInASecond = (times: readonly number[]): number =>
  Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 1_000).length));

test('A destination with a budget of tries gets no more in any second from three workers, and all of it, once and in order', async () => {
  const times = await carry(1, { triesPerSecond: PER_SECOND });
  expect(times.length).toBeGreaterThanOrEqual(CONVERSATIONS * WRITES_OF_EACH);
  expect(mostInASecond(times)).toBeLessThanOrEqual(MOST_IN_A_SECOND);
  // It is used up, too.
  const tookMs = times.at(-1)! - times[0]!;
  expect(tookMs).toBeLessThan((1_000 * times.length * 2) / PER_SECOND);
});

test('One without is not held up', async () => {
  expect(mostInASecond(await carry(2, {}))).toBeGreaterThan(2 * MOST_IN_A_SECOND);
});
