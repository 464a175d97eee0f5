import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createSender, type Sender } from '../simulators/iadvize-sender.ts';
import { startToy, type ToySimulator } from '../simulators/toy-simulator.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { remoteTexts, type SeenConversation, talk, toyDestination } from '../support/listening-world.ts';
import { type ServiceProcess, startServiceProcess } from '../support/service-process.ts';
import { openStorage, type Storage } from '../support/storage.ts';
import { SECRET } from '../support/test-environment.ts';

/** K13 of the crash matrix, judged by what the chat system's agent wrote and what the operator's timeline shows. */
const CRASHES = [
  { at: 'K13', when: 'a long poll has handed messages out, and they are not stored', type: 'toy' as const },
  { at: 'K13#2', when: 'messages of a long poll are stored, and its cursor is not', type: 'toy' as const },
  { at: 'K13#2', when: 'messages of a list are stored, and its cursor is not', type: 'toy-list' as const },
].map((crash, index) => ({ ...crash, id: index + 1 }));

let toy: ToySimulator;
let storage: Storage;
let environment: NodeJS.ProcessEnv;
let service: ServiceProcess | undefined;
let sender: Sender;

beforeAll(async () => {
  [toy, storage] = await Promise.all([startToy(), openStorage()]);
  const port = await freePort();
  environment = { ...storage.environment, PORT: String(port) };
  sender = createSender({ targetUrl: `http://127.0.0.1:${port}/iadvize/webhooks`, secret: SECRET });
  await start(CRASHES[0]!.at);
  for (const { id, type } of CRASHES) {
    const destinations = [toyDestination(toy.url, type)];
    const body = { platform: 'ha', websiteId: id, label: 'Shop', destinations };
    expect((await service?.admin('POST', '/installations', body))?.status).toBe(201);
  }
});
afterAll(async () => {
  sender.close();
  await service?.end('SIGKILL');
  await toy.close();
  await storage.remove();
});

/** `crashAt`: the point that lies in it, asleep. */
async function start(crashAt = 'K13'): Promise<void> {
  service = await startServiceProcess(
    { ...environment, NODE_ENV: 'test', CRASH_AT: crashAt },
    'test/support/toy-service.ts',
  );
}

async function textsOf(id: number): Promise<string[]> {
  const answer = await service!.admin('GET', `/conversations/${encodeURIComponent(talk(id, id).id)}`);
  return ((await answer.json()) as SeenConversation).destinations.flatMap(remoteTexts);
}

test.each(CRASHES)('$at: $when', async ({ id }) => {
  expect((await sender.send(talk(id, id).started)).accepted).toBe(true);
  const chat = await toy.chatOf(talk(id, id).id);
  toy.agentWrites(chat, 'before');
  await eventually(
    () => textsOf(id),
    (texts) => texts.length === 1,
  );

  const heard = once(service!.child.stderr!, 'data');
  service!.child.kill('SIGUSR2');
  await heard;
  const died = once(service!.child, 'exit');
  for (const text of ['ok', 'ok', 'and this']) toy.agentWrites(chat, text);
  await died;
  expect(await service!.end('SIGKILL')).toBe('SIGKILL');
  await start(CRASHES[id]?.at);
  toy.agentWrites(chat, 'after');
  await eventually(
    () => textsOf(id),
    (texts) => texts.includes('after'),
  );
  expect(await textsOf(id)).toEqual(['before', 'ok', 'ok', 'and this', 'after']);
});
