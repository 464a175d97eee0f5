import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createSender, type Sender } from '../../simulators/iadvize-sender.ts';
import { startToy, type ToySimulator } from '../../simulators/toy-simulator.ts';
import { eventually } from '../../support/eventually.ts';
import { remoteTexts, type SeenConversation, talk, toyDestination } from '../../support/listening-world.ts';
import { sessionsThatWait, withClient } from '../../support/postgres-admin.ts';
import { type ServiceProcess, startServiceProcess } from '../../support/service-process.ts';
import { openStorage, type Storage } from '../../support/storage.ts';
import { SECRET } from '../../support/test-environment.ts';

/** Of which the workers have half, and of that half its listeners. */
const CONNECTIONS = 8;
const LISTENERS = CONNECTIONS / 4;
/** More than would fit into all that the workers have. */
const OPEN = [1, 2, 3, 4, 5, 6];
const LATER = 7;

let toy: ToySimulator;
let storage: Storage;
let service: ServiceProcess;
let sender: Sender;

beforeAll(async () => {
  [toy, storage] = await Promise.all([startToy(), openStorage()]);
  const environment = { ...storage.environment, DATABASE_CONNECTIONS: String(CONNECTIONS) };
  service = await startServiceProcess(environment, 'test/support/toy-service.ts');
  sender = createSender({ targetUrl: `${service.url}/iadvize/webhooks`, secret: SECRET });
  const body = { platform: 'ha', websiteId: 1, label: 'Shop', destinations: [toyDestination(toy.url)] };
  expect((await service.admin('POST', '/installations', body)).status).toBe(201);
});
afterAll(async () => {
  sender.close();
  await service.end('SIGKILL');
  await toy.close();
  await storage.remove();
});

async function startChat(id: number): Promise<string> {
  expect((await sender.send(talk(id).started)).accepted).toBe(true);
  return toy.chatOf(talk(id).id);
}

async function textsOf(id: number): Promise<string[]> {
  const answer = await service.admin('GET', `/conversations/${encodeURIComponent(talk(id).id)}`);
  return ((await answer.json()) as SeenConversation).destinations.flatMap(remoteTexts);
}

test('Chats are begun while everything that was read of others waits for somebody else', async () => {
  const chats = await Promise.all(OPEN.map(startChat));
  await eventually(
    () => chats.filter((chat) => toy.find(chat)?.waiting.size === 1),
    (asked) => asked.length === OPEN.length,
  );

  await withClient(storage.environment['DATABASE_URL'] ?? '', async (client) => {
    await client.query('BEGIN; LOCK TABLE remote_message');
    for (const chat of chats) toy.agentWrites(chat, 'Hello');
    await eventually(
      () => sessionsThatWait(client),
      (sessions) => sessions >= LISTENERS,
    );
    let [begun, most] = [false, 0];
    const later = startChat(LATER).finally(() => (begun = true));
    await eventually(
      async () => (most = Math.max(most, await sessionsThatWait(client))),
      () => begun,
    );
    await later;
    expect(most).toBe(LISTENERS);
    await client.query('ROLLBACK');
  });

  await eventually(
    () => Promise.all(OPEN.map(textsOf)),
    (texts) => texts.every((own) => own.length === 1),
  );
});
