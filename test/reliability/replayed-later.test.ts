import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { converse, type ProcessWorld, startProcessWorld } from '../support/process-world.ts';
import type { ServiceProcess } from '../support/service-process.ts';
import { ADMIN_TOKEN } from '../support/test-environment.ts';

/** G10: what somebody recorded is sent again when a sender's retries, and every memory of minutes, are long over. */
const TEXTS = ['hello'];
const WHOLE = [[expect.stringContaining('[iAdvize]'), ...TEXTS, '(end)']];

let world: ProcessWorld;
let captured: object[];

beforeAll(async () => {
  world = await startProcessWorld();
  const service = await world.start();
  await world.install(service, 1, ['thulium']);
  const { started, closed } = world.stage.conversation(1, 1, TEXTS);
  captured = [started, closed];
  for (const event of captured) expect((await world.sender(service).send(event)).accepted).toBe(true);
  await arrives(1);
  await service.end('SIGTERM');
});
afterAll(() => world.stop());

async function arrives(conversationId: number): Promise<void> {
  const seen = (): string[][] => world.stage.seenInThulium(conversationId);
  await eventually(seen, (chats) => chats.at(-1)?.at(-1) === '(end)');
}

async function duplicates({ url }: ServiceProcess): Promise<number> {
  const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } });
  const figure = /^connector_events_total\{status="duplicate"\} (\d+)$/m.exec(await answer.text());
  return Number(figure?.[1] ?? 0);
}

test.each([
  ['a minute', 60_000, 2],
  ['a day', 24 * 3_600_000, 3],
  ['a month', 30 * 24 * 3_600_000, 4],
])('A request captured %s ago is counted and has no effect', async (_, passedMs, nextId) => {
  const service = await world.start({ CLOCK_JUMP_MS: String(passedMs) }, ['./test/support/shifted-clock.ts']);
  const heard = once(service.child.stderr!, 'data');
  service.child.kill('SIGHUP');
  await heard;
  const before = await duplicates(service);
  const effects = world.stage.thulium.ledger.entries().length;
  const sender = world.sender(service);
  // With new ids in its headers, as they are not signed.
  for (const event of captured) expect((await sender.send(event)).accepted).toBe(true);
  expect(await duplicates(service)).toBe(before + captured.length);
  expect(world.stage.thulium.ledger.entries()).toHaveLength(effects);
  // By the time another one is over, whatever they set going has happened.
  expect(await converse(world, sender, { websiteId: 1, conversationId: nextId, texts: TEXTS })).toBe(true);
  await arrives(nextId);
  expect([world.stage.seenInThulium(1), world.stage.seenInThulium(nextId)]).toEqual([WHOLE, WHOLE]);
  await service.end('SIGTERM');
});
