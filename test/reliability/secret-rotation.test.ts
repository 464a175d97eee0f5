import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { conversationStarted } from '../simulators/iadvize-events.ts';
import { createSender } from '../simulators/iadvize-sender.ts';
import { type ProcessWorld, startProcessWorld } from '../support/process-world.ts';
import { type RunningService, SHAPES } from '../support/running-service.ts';

const NEW = 'new-secret-of-the-connector';
const OLD = 'old-secret-of-the-connector';
const DAY_MS = 24 * 3_600_000;

let world: ProcessWorld;
let service: RunningService;

beforeEach(async () => {
  world = await startProcessWorld();
});
afterEach(() => world.stop());

/** What the webs answer to an event that is signed with it, each answer once. */
async function answersTo(secret: string): Promise<unknown[]> {
  const answers = service.webs.map(async ({ url }) => {
    const sender = createSender({ targetUrl: `${url}/iadvize/webhooks`, secret, retryDelaysMs: [] });
    const { attempts } = await sender.send(conversationStarted());
    sender.close();
    return attempts[0]?.status;
  });
  return [...new Set(await Promise.all(answers))];
}

/** How many well-signed calls each secret made, by its place in the list. */
async function matched(): Promise<number[]> {
  const first = await service.counted('connector_signatures_total{secret="1"}');
  return [first, await service.counted('connector_signatures_total{secret="2"}')];
}

test.each(SHAPES)(
  'With $shape, while a secret is replaced both are good, the metric names which one matched, and past its end the old one is not',
  async ({ roles }) => {
    const tomorrow = new Date(Date.now() + DAY_MS).toISOString().slice(0, 10);
    const secrets = { IADVIZE_SECRET_TOKENS: `${NEW},${OLD}@${tomorrow}`, CLOCK_JUMP_MS: String(2 * DAY_MS) };
    const takeCalls = roles.filter((role) => role !== 'worker');
    service = await world.startAs(takeCalls, secrets, ['./test/support/shifted-clock.ts']);
    expect([await answersTo(OLD), await answersTo(NEW), await answersTo(OLD)]).toEqual([[202], [202], [202]]);
    const webs = takeCalls.length;
    expect(await matched()).toEqual([webs, 2 * webs]);

    for (const { child } of service.webs) {
      const heard = once(child.stderr!, 'data');
      child.kill('SIGHUP');
      await heard;
    }
    expect([await answersTo(OLD), await answersTo(NEW)]).toEqual([[401], [202]]);
    expect(await matched()).toEqual([2 * webs, 2 * webs]);
  },
);
