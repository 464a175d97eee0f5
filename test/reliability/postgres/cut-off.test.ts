import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type FaultProxy, startFaultProxy } from '../../simulators/fault-proxy.ts';
import { eventually } from '../../support/eventually.ts';
import { converse, type ProcessWorld, startProcessWorld } from '../../support/process-world.ts';
import { type RunningService, SHAPES } from '../../support/running-service.ts';

const TEXTS = ['one', 'two', 'two'];
const WHOLE = [[expect.stringContaining('[iAdvize]'), ...TEXTS, '(end)']];
/** A sender that waits longer than this has given up. */
const ANSWER_WITHIN_MS = 10_000;

let world: ProcessWorld;
let proxy: FaultProxy;
let service: RunningService;
let lastId = 0;

const told = () => ({ websiteId: 1, conversationId: (lastId += 1), texts: TEXTS });
const becomes = (state: 'ready' | 'not ready'): Promise<number[]> =>
  eventually(
    () => service.probe('/ready'),
    (answers) => answers.join() === (state === 'ready' ? '200' : '503'),
  );

/** Sends one start once, and how long its answer took. */
async function sendOnce(event: object): Promise<{ status: number | null; ms: number }> {
  const startedAt = performance.now();
  const { attempts } = await world.sender(service, { retryDelaysMs: [] }).send(event);
  return { status: attempts[0]?.status ?? null, ms: performance.now() - startedAt };
}

async function arrives(conversationId: number, timeoutMs = 30_000): Promise<void> {
  const seen = (): string[][] => world.stage.seenInThulium(conversationId);
  await eventually(seen, (chats) => chats.at(-1)?.at(-1) === '(end)', timeoutMs);
  expect(seen()).toEqual(WHOLE);
}

describe.each(SHAPES)('With $shape', ({ roles }) => {
  beforeAll(async () => {
    world = await startProcessWorld();
    const url = new URL(world.storage['DATABASE_URL'] ?? '');
    proxy = await startFaultProxy({ host: url.hostname, port: Number(url.port || 5432) });
    url.hostname = '127.0.0.1';
    url.port = String(proxy.port);
    service = await world.startAs(roles, { DATABASE_URL: url.href });
    await world.install(service, 1, ['thulium']);
  });
  afterAll(async () => {
    await world.stop();
    await proxy.close();
  });
  beforeEach(async () => {
    await proxy.set(undefined);
    await becomes('ready');
  });

  test('When the database is away, then events get 503, the probes tell the truth, and all goes on by itself afterwards', async () => {
    const conversation = told();
    const { started } = world.stage.conversation(1, conversation.conversationId, TEXTS);
    await proxy.set({ kind: 'refuse' });
    expect((await sendOnce(started)).status).toBe(503);
    await becomes('not ready');
    expect([await service.probe('/health'), await service.probe('/live')]).toEqual([[200], [200]]);

    const retried = converse(world, world.sender(service), conversation);
    await proxy.set(undefined);
    expect(await retried).toBe(true);
    await arrives(conversation.conversationId);
    expect(service.hasEnded()).toBe(false);
  });

  test('Wherever in its answers a connection breaks, what was told 202 arrives once, and what was told 503 was retried', async () => {
    const sender = world.sender(service);
    const cuts = [0, 1, 40, 90, 230, 450, 1_000];
    const conversations = cuts.map(told);
    for (const [index, bytes] of cuts.entries()) {
      await proxy.set({ kind: 'cut-after', bytes });
      const talking = converse(world, sender, conversations[index]!);
      await eventually(
        () => proxy.lines(),
        (lines) => lines === 0,
        300,
      ).catch(() => undefined);
      await proxy.set(undefined);
      expect(await talking).toBe(true);
    }
    for (const { conversationId } of conversations) await arrives(conversationId);
  });

  test('When the line to the database swallows everything, then events get 503 in time and all goes on when it answers', async () => {
    const conversation = told();
    const { started } = world.stage.conversation(1, conversation.conversationId, TEXTS);
    const before = told();
    expect(await converse(world, world.sender(service), before)).toBe(true);
    await proxy.set({ kind: 'black-hole' });
    // Copies of one event are written one after the other: more of them than there is time for.
    const answers = await Promise.all(Array.from({ length: 12 }, () => sendOnce(started)));
    for (const { status, ms } of answers) {
      expect(status).toBe(503);
      expect(ms).toBeLessThan(ANSWER_WITHIN_MS);
    }
    expect([await service.probe('/ready'), await service.probe('/health')]).toEqual([[503], [200]]);

    await proxy.set(undefined);
    const startedAt = performance.now();
    expect(await converse(world, world.sender(service), conversation)).toBe(true);
    for (const { conversationId } of [before, conversation]) await arrives(conversationId);
    // The lines of before stay dead: only who gives them up, sooner than a statement may take, gets on.
    expect(performance.now() - startedAt).toBeLessThan(30_000);
    expect(service.hasEnded()).toBe(false);
  });

  test('When the database answers late, then everything is late and nothing is lost', async () => {
    await proxy.set({ kind: 'delay', ms: 20 });
    const conversation = told();
    expect(await converse(world, world.sender(service), conversation)).toBe(true);
    await arrives(conversation.conversationId);
  });

  test('When the service is to stop while the database is away, then it does so within its grace time', async () => {
    await proxy.set({ kind: 'black-hole' });
    const askedAt = performance.now();
    await service.end('SIGTERM');
    expect(performance.now() - askedAt).toBeLessThan(10_500);
  });
});
