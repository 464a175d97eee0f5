import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Sender } from '../../simulators/iadvize-sender.ts';
import { SAID, startConversations, type UnderWay } from '../../support/conversations-under-way.ts';
import { eventually } from '../../support/eventually.ts';
import { type ProcessWorld, startProcessWorld } from '../../support/process-world.ts';
import { FLEET_ROLES } from '../../support/running-service.ts';
import type { ServiceProcess } from '../../support/service-process.ts';

const WHOLE = [[expect.stringContaining('[iAdvize]'), ...SAID, '(end)']];
const TAKEN_OVER_WITHIN_MS = 10_000;

let world: ProcessWorld;
let workers: readonly ServiceProcess[];
let sender: Sender;
let nextId = 1;

beforeAll(async () => {
  world = await startProcessWorld();
  const service = await world.startAs(FLEET_ROLES);
  workers = service.workers;
  sender = world.sender(service);
  await world.install(service, 1, ['thulium']);
});
afterAll(() => world.stop());
afterEach(() => world.stage.thulium.faults.clear());

function load(): UnderWay {
  const underWay = startConversations(world, sender, nextId);
  nextId += underWay.ids.length;
  return underWay;
}

test('Two doors and three workers carry every conversation once and whole', async () => {
  const running = load();
  await running.arrived();
  for (const id of running.ids) expect(world.stage.seenInThulium(id)).toEqual(WHOLE);
});

test('When a worker is frozen, then others take its lanes over in time, and what it wakes up with is void', async () => {
  const running = load();
  await running.inTheMiddle();
  const [frozen] = workers;
  frozen!.child.kill('SIGSTOP');
  const frozenAt = Date.now();
  await running.arrived();
  expect(running.longestSilenceMs(frozenAt)).toBeLessThan(TAKEN_OVER_WITHIN_MS);

  let log = '';
  frozen!.child.stdout?.on('data', (chunk: Buffer) => (log += chunk.toString()));
  frozen!.child.kill('SIGCONT');
  // It works on, with what is new, and has noticed what it lost.
  await load().arrived();
  await eventually(
    () => log,
    (lines) => lines.includes('"event":"lease-lost"'),
  );
  expect(running.wrong()).toEqual([]);
  expect(frozen!.hasEnded()).toBe(false);
});

test('When a worker is killed under load, then the others take over in time and nothing is lost or doubled', async () => {
  const running = load();
  await running.inTheMiddle();
  const killedAt = Date.now();
  await Promise.all([workers[1]!.end('SIGKILL'), running.done]);
  await running.arrived();
  expect(running.longestSilenceMs(killedAt)).toBeLessThan(TAKEN_OVER_WITHIN_MS);
  expect(running.wrong()).toEqual([]);
});
