import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Sender } from '../simulators/iadvize-sender.ts';
import { eventually } from '../support/eventually.ts';
import { converse, type ProcessWorld, startProcessWorld } from '../support/process-world.ts';
import { type RunningService, SHAPES, type Shape } from '../support/running-service.ts';

const HOUR_MS = 3_600_000;
const ALONE = ['all'] as const;
const TEXTS = ['one', 'two', 'two', 'three'];
const WHOLE = [[expect.stringContaining('[iAdvize]'), ...TEXTS, '(end)']];

let world: ProcessWorld;
let service: RunningService;
let sender: Sender;

beforeEach(async () => {
  world = await startProcessWorld();
});
afterEach(() => world.stop());

async function start(roles: Shape['roles'], jumpMs: number): Promise<void> {
  service = await world.startAs(roles, { CLOCK_JUMP_MS: String(jumpMs) }, ['./test/support/shifted-clock.ts']);
  await world.install(service, 1, ['thulium', 'xm']);
  sender = world.sender(service);
}

/** The hosts' clocks are set: by the jump, then back again. The last worker of several keeps the right time. */
async function jump(): Promise<void> {
  const { processes } = service;
  for (const { child } of processes.slice(0, Math.max(processes.length - 1, 1))) {
    const heard = once(child.stderr!, 'data');
    child.kill('SIGHUP');
    await heard;
  }
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
const JUMPS = [
  { way: 'ahead', jumpMs: HOUR_MS },
  ...(process.env['DATABASE_URL'] === undefined ? [] : [{ way: 'back', jumpMs: -HOUR_MS }]),
];

test.each(SHAPES.flatMap((shape) => JUMPS.map((jumping) => ({ ...shape, ...jumping }))))(
  'With $shape, when clocks jump an hour $way and are set right again, then nothing is sent twice and nothing waits an hour',
  async ({ roles, jumpMs }) => {
    await start(roles, jumpMs);
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
  'When the clock of the host is an hour $way, then a chat system that names a date is left alone until then, and no longer',
  async ({ jumpMs }) => {
    await start(ALONE, jumpMs);
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
