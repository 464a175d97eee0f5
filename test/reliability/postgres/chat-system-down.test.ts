import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '../../support/eventually.ts';
import { converse, type ProcessWorld, startProcessWorld } from '../../support/process-world.ts';
import { FLEET_ROLES, type RunningService } from '../../support/running-service.ts';

/** `test/bridge/breaker.test.ts` has the rest; this is about workers that know of each other's failures. */
const INTERVAL_MS = 1_000;
const TEXTS = ['one', 'two'];
const WHOLE = [[expect.stringContaining('[iAdvize]'), ...TEXTS, '(end)']];
const TRIES = 4;

let world: ProcessWorld;
let service: RunningService;

beforeAll(async () => {
  world = await startProcessWorld({}, { settings: { breakerFailures: 3, breakerIntervalMs: INTERVAL_MS } });
  service = await world.startAs(FLEET_ROLES);
  await world.install(service, 1, ['thulium']);
  await world.install(service, 2, ['xm']);
});
afterAll(() => world.stop());

const calls = () => world.stage.thulium.requests.entries();

/** As `GET /admin/api/destination-health` has it. */
type State = 'well' | 'down' | 'throttled';

async function stateOfThulium(): Promise<State | undefined> {
  const answer = await service.admin('GET', '/destination-health?installation=ha-1');
  const { items } = (await answer.json()) as { items: { what: string; state: State }[] };
  return items.find(({ what }) => what === 'writing')?.state;
}

const becomes = (state: State) => eventually(stateOfThulium, (now) => now === state);

test('When a chat system is down, then three workers together try it once in each interval, and bring all once it is back', async () => {
  world.stage.thulium.faults.add({ match: { path: /./ }, times: Infinity, kind: 'cut-before' });
  const sender = world.sender(service);
  const ids = Array.from({ length: 30 }, (_, index) => index + 1);
  const talking = ids.map((conversationId) => converse(world, sender, { websiteId: 1, conversationId, texts: TEXTS }));
  await becomes('down');
  expect(new Set(await Promise.all(talking))).toEqual(new Set([true]));

  // Whoever was on its way when it went down is back when nobody has called for half an interval.
  await eventually(
    () => Date.now() - Date.parse(calls().at(-1)?.at ?? ''),
    (quietForMs) => quietForMs > INTERVAL_MS / 2,
  );
  const from = calls().length;
  const tries = await eventually(
    () => calls().slice(from),
    ({ length }) => length >= TRIES,
  );
  const times = tries.map(({ at }) => Date.parse(at));
  expect(times.at(-1)! - times[0]!).toBeGreaterThanOrEqual((times.length - 1) * INTERVAL_MS * 0.85);

  // Another installation's conversations do not wait.
  expect(await converse(world, sender, { websiteId: 2, conversationId: 100, texts: TEXTS })).toBe(true);
  await eventually(
    () => world.stage.seenInXm(100),
    (chats) => chats.at(-1)?.at(-1) === '(end)',
  );
  expect(await stateOfThulium()).toBe('down');

  world.stage.thulium.faults.clear();
  const isOver = (id: number): boolean => world.stage.seenInThulium(id).at(-1)?.at(-1) === '(end)';
  await eventually(
    () => ids.filter((id) => !isOver(id)),
    (open) => open.length === 0,
  );
  for (const id of ids) expect(world.stage.seenInThulium(id)).toEqual(WHOLE);
  await becomes('well');
});
