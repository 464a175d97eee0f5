import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createSender } from '../../simulators/iadvize-sender.ts';
import { startToy, type ToySimulator } from '../../simulators/toy-simulator.ts';
import { eventually } from '../../support/eventually.ts';
import { remoteTexts, type SeenConversation, talk, toyDestination } from '../../support/listening-world.ts';
import { type ServiceProcess, startServiceProcess } from '../../support/service-process.ts';
import { createPostgresDatabase } from '../../support/test-database.ts';
import { SECRET } from '../../support/test-environment.ts';

/** PostgreSQL serves several workers; the embedded database one process after another. */
const shared = process.env['DATABASE_URL'];

let toy: ToySimulator;
let environment: NodeJS.ProcessEnv;
let cleanUp: () => Promise<void>;
let running: ServiceProcess[];

beforeEach(async () => {
  toy = await startToy();
  running = [];
  if (shared === undefined) {
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'connector-listen-'));
    environment = { DATA_DIR: folder };
    cleanUp = () => fs.rm(folder, { recursive: true });
  } else {
    const { url, drop } = await createPostgresDatabase(shared);
    environment = { DATABASE_URL: url };
    cleanUp = drop;
  }
});
afterEach(async () => {
  for (const service of running) await service.end('SIGKILL');
  await toy.close();
  await cleanUp();
});

async function startService(): Promise<ServiceProcess> {
  const service = await startServiceProcess(environment, 'test/support/toy-service.ts');
  running.push(service);
  return service;
}

/** Installs the toy and starts conversations; resolves with their chats. */
async function converse(service: ServiceProcess, ids: readonly number[], waitMs = 10_000): Promise<string[]> {
  const destinations = [toyDestination(toy.url, 'toy', { waitMs })];
  const body = { platform: 'ha', websiteId: 1, label: 'Shop', destinations };
  expect((await service.admin('POST', '/installations', body)).status).toBe(201);
  const sender = createSender({ targetUrl: `${service.url}/iadvize/webhooks`, secret: SECRET });
  for (const id of ids) await sender.send(talk(id).started);
  sender.close();
  const chats = await Promise.all(ids.map((id) => toy.chatOf(talk(id).id)));
  await eventually(
    () => chats.filter((chat) => toy.find(chat)?.waiting.size === 1),
    (waiting) => waiting.length === chats.length,
  );
  return chats;
}

async function textsOf(service: ServiceProcess, id: number): Promise<string[]> {
  const answer = await service.admin('GET', `/conversations/${id}`);
  const { destinations } = (await answer.json()) as SeenConversation;
  return destinations.flatMap(remoteTexts);
}

test('When the service is killed with messages on the wire, again and again, then each is stored once and in order', async () => {
  let service = await startService();
  const [chat = ''] = await converse(service, [1]);
  const texts: string[] = [];
  for (const round of [1, 2, 3]) {
    // Handed out by the poll, and on its way for as long as it takes to kill the reader.
    const handedOut = toy.find(chat)!.handedOut;
    toy.faults.add({ kind: 'delay-after', ms: 1_000, match: { path: /\/(poll|history)$/ }, times: 2 });
    // The poll that waits was asked before the fault: its message arrives, and the next ones do not.
    texts.push(`arrives ${round}`);
    toy.agentWrites(chat, `arrives ${round}`);
    await toy.ledger.waitFor(() => toy.find(chat)!.handedOut > handedOut, { timeoutMs: 10_000 });
    texts.push(`on the wire ${round}`);
    toy.agentWrites(chat, `on the wire ${round}`);
    await eventually(
      () => toy.find(chat)!.handedOut,
      (count) => count >= toy.find(chat)!.events.length,
    );
    expect(await service.end('SIGKILL')).toBe('SIGKILL');
    toy.faults.clear();
    service = await startService();
    await eventually(
      () => textsOf(service, 1),
      (seen) => seen.length >= texts.length,
    );
  }
  expect(await textsOf(service, 1)).toEqual(texts);
});

test('When the worker that listens is killed, then another one listens within ten seconds, and never two at once', async () => {
  const first = await startService();
  const ids = Array.from({ length: 20 }, (_, index) => index + 1);
  const chats = await converse(first, ids);
  const second = shared === undefined ? undefined : await startService();
  expect(await first.end('SIGKILL')).toBe('SIGKILL');
  // Where there is only one process at a time, its start comes on top.
  const next = second ?? (await startService());
  const lostAt = Date.now();
  for (const [index, chat] of chats.entries()) toy.agentWrites(chat, `after ${index + 1}`);
  await eventually(
    () => chats.filter((chat) => toy.asked(chat, 'history').length > 1),
    (read) => read.length === chats.length,
  );
  expect(Date.now() - lostAt).toBeLessThan(10_000);
  for (const id of ids) {
    const texts = await eventually(
      () => textsOf(next, id),
      (seen) => seen.length > 0,
    );
    expect(texts).toEqual([`after ${id}`]);
  }
  expect(toy.ledger.entries().filter(({ others = 0 }) => others > 0)).toEqual([]);
});

test('When the service is asked to stop in the middle of long polls, then it stops at once and another one reads on', async () => {
  const first = await startService();
  const [chat = ''] = await converse(first, [1], 60_000);
  const second = shared === undefined ? undefined : await startService();
  const before = toy.asked(chat, 'history').length;
  const askedAt = Date.now();
  expect(await first.end('SIGTERM')).toBe(0);
  expect(Date.now() - askedAt).toBeLessThan(5_000);
  const next = second ?? (await startService());
  const startedAt = Date.now();
  await eventually(
    () => toy.asked(chat, 'history').length,
    (count) => count > before,
  );
  // Sooner than anybody looks by himself.
  expect(Date.now() - startedAt).toBeLessThan(2_000);
  toy.agentWrites(chat, 'hello');
  const texts = await eventually(
    () => textsOf(next, 1),
    (seen) => seen.length > 0,
  );
  expect(texts).toEqual(['hello']);
});
