import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '../../support/eventually.ts';
import { converse, type ProcessWorld, startProcessWorld } from '../../support/process-world.ts';
import { FLEET_ROLES, type RunningService } from '../../support/running-service.ts';
import { attemptsInDoubt } from '../../support/stop-rounds.ts';

const TEXTS = ['one', 'two', 'two', 'three'];
const WHOLE = [[expect.stringContaining('[iAdvize]'), ...TEXTS, '(end)']];
/** A busy machine is no doubt. */
const PATIENT = { sendTimeoutMs: 15_000 };
const ANSWER_MS = 40;
const AT_ONCE = 8;
const GRACE_MS = 9_000;
/** As few as the platform's, sooner. */
const RETRY_DELAYS_MS = [1_000, 2_000];

let world: ProcessWorld;
let service: RunningService;

beforeAll(async () => {
  world = await startProcessWorld({}, { settings: PATIENT });
  service = await world.startAs(FLEET_ROLES);
  await world.install(service, 1, ['thulium']);
});
afterAll(() => world.stop());

test('When a fleet is replaced process by process under load, then each stops in time, and nothing is lost, doubled or in doubt', async () => {
  const { thulium, seenInThulium } = world.stage;
  thulium.faults.add({ match: { method: 'POST', path: /./ }, times: Infinity, kind: 'delay-after', ms: ANSWER_MS });
  const sender = world.sender(service, { retryDelaysMs: RETRY_DELAYS_MS });
  const isOver = (id: number): boolean => seenInThulium(id).at(-1)?.at(-1) === '(end)';
  const taken: boolean[] = [];
  let lastId = 0;
  let replacing = true;
  async function visitors(): Promise<void> {
    while (replacing) {
      const conversationId = (lastId += 1);
      taken.push(await converse(world, sender, { websiteId: 1, conversationId, texts: TEXTS }));
      await eventually(() => isOver(conversationId), Boolean);
    }
  }
  const load = Promise.all(Array.from({ length: AT_ONCE }, visitors));
  for (const [index, old] of service.processes.entries()) {
    const before = thulium.ledger.entries().length;
    await thulium.ledger.waitFor((entries) => entries.length > before + 5, { timeoutMs: 60_000 });
    const askedAt = performance.now();
    expect(await old.end('SIGTERM')).toBe(0);
    expect(performance.now() - askedAt).toBeLessThan(GRACE_MS);
    await world.start({ ROLE: FLEET_ROLES[index], PORT: new URL(old.url).port });
  }
  replacing = false;
  await load;
  thulium.faults.clear();

  expect(new Set(taken)).toEqual(new Set([true]));
  const conversations = Array.from({ length: lastId }, (_, index) => index + 1);
  for (const id of conversations) expect(seenInThulium(id)).toEqual(WHOLE);
  const admin = async (path: string): Promise<unknown> => (await service.admin('GET', path)).json();
  expect(await attemptsInDoubt({ admin }, conversations)).toEqual([]);
});
