import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Sender } from '../simulators/iadvize-sender.ts';
import { eventually } from '../support/eventually.ts';
import { converse, type ProcessWorld, startProcessWorld } from '../support/process-world.ts';
import type { ServiceProcess } from '../support/service-process.ts';

const HOUR_MS = 3_600_000;
const TEXTS = ['one', 'two', 'two', 'three'];
const WHOLE = [[expect.stringContaining('[iAdvize]'), ...TEXTS, '(end)']];

let world: ProcessWorld;
let service: ServiceProcess;
let sender: Sender;

beforeEach(async () => {
  world = await startProcessWorld();
});
afterEach(() => world.stop());

async function start(jumpMs: number): Promise<void> {
  service = await world.start({ CLOCK_JUMP_MS: String(jumpMs) }, ['./test/support/shifted-clock.ts']);
  await world.install(service, 1, ['thulium', 'xm']);
  sender = world.sender(service);
}

/** The host's clock is set: by the jump, then back again. */
async function jump(): Promise<void> {
  const heard = once(service.child.stderr!, 'data');
  service.child.kill('SIGHUP');
  await heard;
}

const seen = (id: number): string[][][] => [world.stage.seenInThulium(id), world.stage.seenInXm(id)];

/** Starts a conversation that is carried slowly; resolves once it is in the middle. */
async function inTheMiddle(conversationId: number): Promise<{ takenOver: Promise<boolean> }> {
  const { thulium, xm } = world.stage;
  const late = { match: { method: 'POST', path: /\/messages?$/ }, times: Infinity, kind: 'delay-after' as const };
  for (const { faults } of [thulium, xm]) faults.add({ ...late, ms: 150 });
  const talking = converse(world, sender, { websiteId: 1, conversationId, texts: TEXTS });
  await eventually(
    () => seen(conversationId).flat(2),
    (said) => said.includes('one'),
  );
  return { takenOver: talking };
}

/** In a minute, which is far from an hour. */
async function arrives(conversationId: number): Promise<void> {
  const isOver = (): boolean => seen(conversationId).every((chats) => chats.at(-1)?.at(-1) === '(end)');
  await eventually(isOver, Boolean);
  expect(seen(conversationId)).toEqual([WHOLE, WHOLE]);
}

// An hour back, an embedded database itself takes what is due for what is due in an hour.
const JUMPS = [['ahead', HOUR_MS], ...(process.env['DATABASE_URL'] === undefined ? [] : [['back', -HOUR_MS]])] as [
  string,
  number,
][];

test.each(JUMPS)(
  'When the clock of the host jumps an hour %s and is set right again, then nothing is sent twice and nothing waits an hour',
  async (_, jumpMs) => {
    await start(jumpMs);
    const first = await inTheMiddle(1);
    await jump();
    expect(await first.takenOver).toBe(true);
    await arrives(1);

    const second = await inTheMiddle(2);
    // Where the clock of the database is the host's own, what waits by it waits longer; nobody else's does.
    const failing = process.env['DATABASE_URL'] !== undefined;
    const down = { match: { path: /\/messages?$/ }, times: Infinity, kind: 'status' as const, status: 503 };
    if (failing) for (const { faults } of [world.stage.thulium, world.stage.xm]) faults.add(down);
    await jump();
    expect(await second.takenOver).toBe(true);
    for (const { faults } of [world.stage.thulium, world.stage.xm]) faults.clear();
    await arrives(2);
  },
);

test.each(JUMPS)(
  'When the clock of the host is an hour %s, then a chat system that names a date is left alone until then, and no longer',
  async (_, jumpMs) => {
    await start(jumpMs);
    await jump();
    const { thulium } = world.stage;
    // By the chat system's clock, which is right.
    const until = new Date(Date.now() + 5_000).toUTCString();
    const headers = { 'Retry-After': until };
    thulium.faults.add({ match: { method: 'POST', path: /./ }, kind: 'status', status: 429, headers });
    expect(await converse(world, sender, { websiteId: 1, conversationId: 3, texts: TEXTS })).toBe(true);
    await arrives(3);
    const writes = thulium.requests.entries().filter(({ method }) => method === 'POST');
    const [refused, next] = writes;
    expect(refused!.status).toBe(429);
    expect(Date.parse(next!.at)).toBeGreaterThanOrEqual(Date.parse(until));
    expect(Date.parse(next!.at)).toBeLessThan(Date.parse(until) + 30_000);
  },
);
