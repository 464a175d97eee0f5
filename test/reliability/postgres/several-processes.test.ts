import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Sender } from '../../simulators/iadvize-sender.ts';
import { eventually } from '../../support/eventually.ts';
import { converse, type ProcessWorld, startProcessWorld } from '../../support/process-world.ts';
import type { ServiceProcess } from '../../support/service-process.ts';

const TEXTS = ['one', 'two', 'two', 'three', 'four', 'five', 'one', 'six'];
const WHOLE = [[expect.stringContaining('[iAdvize]'), ...TEXTS, '(end)']];
const CONVERSATIONS = 30;
/** Long enough for every worker to have lanes in the middle of things. */
const ANSWER_MS = 120;
const TAKEN_OVER_WITHIN_MS = 10_000;

let world: ProcessWorld;
let webs: ServiceProcess[];
let workers: ServiceProcess[];
let senders: Sender[];
let lastId = 0;

beforeAll(async () => {
  world = await startProcessWorld();
  const start = (role: 'web' | 'worker') => world.start({ ROLE: role });
  const all = await Promise.all([start('web'), start('web'), start('worker'), start('worker'), start('worker')]);
  [webs, workers] = [all.slice(0, 2), all.slice(2)];
  senders = webs.map((web) => world.sender(web));
  await world.install(webs[0]!, 1, ['thulium']);
});
afterAll(() => world.stop());
afterEach(() => world.stage.thulium.faults.clear());

interface Load {
  ids: number[];
  /** True when every event was taken over. */
  done: Promise<boolean>;
}

/** Conversations that begin one after the other, half of them at each door. */
function load(): Load {
  const late = { match: { method: 'POST', path: /\/message$/ }, times: Infinity, kind: 'delay-after' as const };
  world.stage.thulium.faults.add({ ...late, ms: ANSWER_MS });
  const ids = Array.from({ length: CONVERSATIONS }, () => (lastId += 1));
  const talking = ids.map(async (conversationId, index) => {
    await pause(index * 20);
    return converse(world, senders[index % 2]!, { websiteId: 1, conversationId, texts: TEXTS });
  });
  return { ids, done: Promise.all(talking).then((all) => all.every(Boolean)) };
}

const isOver = (id: number): boolean => world.stage.seenInThulium(id).at(-1)?.at(-1) === '(end)';

async function allArrive({ ids, done }: Load): Promise<void> {
  expect(await done).toBe(true);
  await eventually(
    () => ids.filter((id) => !isOver(id)),
    (open) => open.length === 0,
  );
}

/** Resolves when half of them have begun to be carried and none is over. */
async function inTheMiddle({ ids }: Load): Promise<void> {
  const begun = (): number => ids.filter((id) => (world.stage.seenInThulium(id)[0]?.length ?? 0) > 2).length;
  await eventually(begun, (count) => count >= CONVERSATIONS / 2, 20_000);
}

/** The longest time for which any conversation that was not over stood still since then. */
function longestSilenceMs({ ids }: Load, since: number): number {
  const entries = world.stage.thulium.ledger.entries();
  const silences = ids.flatMap((id) => {
    const start = entries.find((entry) => entry.kind === 'start' && entry.client_email === `visitor${id}@example.org`);
    const own = entries.filter((entry) => entry.conversationId === start?.conversationId);
    const after = own.map(({ at }) => Date.parse(at)).filter((at) => at > since);
    return after.map((at, index) => at - (after[index - 1] ?? since));
  });
  return Math.max(...silences);
}

/** Conversations of which the chat has anything twice, against their order, or not at all. */
const wrong = ({ ids }: Load): string[][][] =>
  ids.map((id) => world.stage.seenInThulium(id)).filter((seen) => !isWhole(seen));
const isWhole = ([chat, ...others]: string[][]): boolean =>
  others.length === 0 && chat?.slice(1).join() === [...TEXTS, '(end)'].join();

test('Two doors and three workers carry every conversation once and whole', async () => {
  const running = load();
  await allArrive(running);
  for (const id of running.ids) expect(world.stage.seenInThulium(id)).toEqual(WHOLE);
});

test('When a worker is frozen, then others take its lanes over in time, and what it wakes up with is void', async () => {
  const running = load();
  await inTheMiddle(running);
  const [frozen] = workers;
  frozen!.child.kill('SIGSTOP');
  const frozenAt = Date.now();
  await allArrive(running);
  expect(longestSilenceMs(running, frozenAt)).toBeLessThan(TAKEN_OVER_WITHIN_MS);

  let log = '';
  frozen!.child.stdout?.on('data', (chunk: Buffer) => (log += chunk.toString()));
  frozen!.child.kill('SIGCONT');
  // It works on, with what is new, and has noticed what it lost.
  await allArrive(load());
  await eventually(
    () => log,
    (lines) => lines.includes('"event":"lease-lost"'),
  );
  expect(wrong(running)).toEqual([]);
  expect(frozen!.hasEnded()).toBe(false);
});

test('When a worker is killed under load, then the others take over in time and nothing is lost or doubled', async () => {
  const running = load();
  await inTheMiddle(running);
  const killedAt = Date.now();
  await Promise.all([workers[1]!.end('SIGKILL'), running.done]);
  await allArrive(running);
  expect(longestSilenceMs(running, killedAt)).toBeLessThan(TAKEN_OVER_WITHIN_MS);
  expect(wrong(running)).toEqual([]);
});
