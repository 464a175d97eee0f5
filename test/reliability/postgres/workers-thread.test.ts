import { once } from 'node:events';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { eventually } from '../../support/eventually.ts';
import { converse, type ProcessWorld, startProcessWorld } from '../../support/process-world.ts';
import type { ServiceProcess } from '../../support/service-process.ts';
import { ADMIN_TOKEN } from '../../support/test-environment.ts';

const WEBSITE = 1;

let folder: string;
let world: ProcessWorld;

beforeEach(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'connector-thread-'));
});
afterEach(async () => {
  await world.stop();
  await fs.rm(folder, { recursive: true, force: true });
});

/** `settings`: of the chat systems. */
async function start(changes: NodeJS.ProcessEnv = {}, settings: object = {}): Promise<ServiceProcess> {
  world = await startProcessWorld({ HELD_WORKERS: folder }, { settings });
  return world.start(changes, ['./test/support/held-workers.ts']);
}

const isThere = (name: string): Promise<boolean> =>
  fs.access(path.join(folder, name)).then(
    () => true,
    () => false,
  );
const put = (name: string): Promise<void> => fs.writeFile(path.join(folder, name), '');
const held = (): Promise<boolean> =>
  eventually(
    () => isThere('held'),
    (yes) => yes,
  );

/** What the process writes from now on; its first line may have begun before. */
function output(stream: NodeJS.ReadableStream | null): () => string {
  const chunks: string[] = [];
  stream?.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
  return () => chunks.join('');
}

/** Delivered so far, and tries that delivered, as the process tells them. */
async function delivered({ url }: ServiceProcess): Promise<number[]> {
  const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } });
  const text = await answer.text();
  return ['connector_deliveries_total', 'connector_attempts_total'].map((name) =>
    Number(new RegExp(`^${name}{outcome="delivered"} (\\d+)$`, 'm').exec(text)?.[1]),
  );
}

test('While workers of the same process can do nothing at all, calls are answered as ever; afterwards all is carried', async () => {
  const service = await start();
  await world.install(service, WEBSITE, ['thulium']);
  const log = output(service.child.stdout);
  const sender = world.sender(service, { retryDelaysMs: [] });
  await put('hold');
  await held();
  expect(await converse(world, sender, { websiteId: WEBSITE, conversationId: 1, texts: ['a', 'b'] })).toBe(true);
  expect(await delivered(service)).toEqual([0, 0]);
  expect((await fetch(`${service.url}/ready`)).status).toBe(200);

  await fs.rm(path.join(folder, 'hold'));
  await eventually(
    () => world.stage.seenInThulium(1),
    ([seen]) => seen?.at(-1) === '(end)',
  );
  expect(world.stage.seenInThulium(1)).toEqual([[expect.stringContaining('[iAdvize]'), 'a', 'b', '(end)']]);
  // Counted in the process that has them, and logged by it in whole lines.
  await eventually(
    () => delivered(service),
    (counts) => counts.every((count) => count > 0),
  );
  const told = await eventually(log, (text) => text.includes('"event":"delivery"'));
  const whole = told.split('\n').slice(1, -1);
  expect(whole.length).toBeGreaterThan(0);
  for (const line of whole) expect(() => void JSON.parse(line)).not.toThrow();
});

test('A hint that comes with a call makes workers in another thread read at once', async () => {
  const caller = { callbackUser: 'caller', callbackPassword: 'canary:password' };
  const service = await start({}, { ...caller, pollIntervalMs: 3_600_000 });
  await world.install(service, WEBSITE, ['thulium']);
  const { started } = world.stage.conversation(WEBSITE, 1, []);
  expect((await world.sender(service).send(started)).accepted).toBe(true);
  const entries = await world.stage.thulium.ledger.waitFor((all) => all.some(({ kind }) => kind === 'start'));
  const chat = entries.find(({ kind }) => kind === 'start')!.conversationId;

  const authorization = `Basic ${Buffer.from('caller:canary:password').toString('base64')}`;
  const headers = { authorization, 'content-type': 'application/json' };
  const body = JSON.stringify({ action: 'CHAT_AGENT_ASSIGNED', conversation_id: chat });
  const hint = async (): Promise<string> =>
    (await fetch(`${service.url}/callbacks/ha-1/thulium`, { method: 'POST', headers, body })).text();
  // The first one may be found by the reading that every chat begins with.
  for (const text of ['first (canary)', 'second (canary)']) {
    world.stage.thulium.agentWrites(chat, text);
    // Not before it is known whose chat that is.
    await eventually(hint, (answer) => answer.includes('accepted'));
    await eventually(
      async () => (await service.admin('GET', '/conversations/1')).text(),
      (shown) => shown.includes(text),
    );
  }
});

test('What nobody catches in the thread of the workers ends the process, which would go on without them', async () => {
  const service = await start();
  const errors = output(service.child.stderr);
  const exited = once(service.child, 'close');
  await put('fail');
  expect(await exited).toEqual([1, null]);
  expect(errors()).toContain('a fault that nobody foresaw');
});

test('Workers that hang for good end the process, as they would if they held its calls up', async () => {
  const service = await start();
  const exited = once(service.child, 'exit');
  await put('hold');
  await held();
  expect(await exited).toEqual([1, null]);
});

test('Workers that cannot start keep the process from starting', async () => {
  await put('fail');
  await expect(start()).rejects.toThrow(/The connector cannot start\. a fault that nobody foresaw/);
});

test.each([
  ['1', false],
  ['2', false],
  ['3', true],
])('With %s connections to the database, that workers have a thread of their own is %s', async (count, own) => {
  const service = await start({ DATABASE_CONNECTIONS: count });
  await world.install(service, WEBSITE, ['thulium']);
  // Where they have none, nobody is held by it.
  await put('hold');
  if (own) {
    await held();
    await fs.rm(path.join(folder, 'hold'));
  }
  const conversationId = Number(count);
  expect(await converse(world, world.sender(service), { websiteId: WEBSITE, conversationId, texts: ['a'] })).toBe(true);
  await eventually(
    () => world.stage.seenInThulium(conversationId),
    ([seen]) => seen?.at(-1) === '(end)',
  );
  expect(await isThere('held')).toBe(own);
});
