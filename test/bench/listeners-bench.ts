import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSender } from '../simulators/iadvize-sender.ts';
import { startToy, type ToySimulator } from '../simulators/toy-simulator.ts';
import { eventually } from '../support/eventually.ts';
import { talk, toyDestination } from '../support/listening-world.ts';
import { ADMIN_TOKEN, SECRET, TEST_ENVIRONMENT } from '../support/test-environment.ts';
import { makeBenchDatabase } from './bench-database.ts';
import { type BenchProcess, startBenchProcess } from './bench-process.ts';

const CHATS = 1_000;
const INSTALLATIONS = 4;
const LONG_POLL_MS = 10_000;
const QUIET_SECONDS = 25;
const BUSY_SECONDS = 20;
/** In the busy part each chat gets a message this often. */
const MESSAGE_EVERY_SECONDS = 20;
const SENDERS = 20;

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const waitingIn = (toy: ToySimulator): number => toy.all().filter(({ waiting }) => waiting.size > 0).length;

async function install(service: BenchProcess, toy: ToySimulator, websiteId: number): Promise<void> {
  const settings = { waitMs: LONG_POLL_MS, sendTimeoutMs: 15_000 };
  const body = { platform: 'ha', websiteId, label: 'Bench', destinations: [toyDestination(toy.url, 'toy', settings)] };
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' };
  const answer = await fetch(`${service.url}/admin/api/installations`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  if (answer.status !== 201) throw new Error(`installing failed: ${await answer.text()}`);
}

/** Starts all conversations and resolves when every chat's long poll is open. */
async function openChats(service: BenchProcess, toy: ToySimulator): Promise<void> {
  const sender = createSender({ targetUrl: `${service.url}/iadvize/webhooks`, secret: SECRET });
  const ids = Array.from({ length: CHATS }, (_, index) => index + 1);
  const next = async (): Promise<void> => {
    for (let id = ids.shift(); id !== undefined; id = ids.shift()) {
      await sender.send(talk(id, (id % INSTALLATIONS) + 1).started);
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, next));
  sender.close();
  await eventually(
    () => waitingIn(toy),
    (count) => count >= CHATS * 0.97,
    120_000,
  );
}

async function measure(
  name: string,
  service: BenchProcess,
  seconds: number,
  during: () => Promise<void>,
): Promise<void> {
  const [cpuBefore, startedAt] = [await service.cpuSeconds(), performance.now()];
  await Promise.all([during(), sleep(seconds * 1_000)]);
  const tookSeconds = (performance.now() - startedAt) / 1_000;
  const cpu = (await service.cpuSeconds()) - cpuBefore;
  const perMinute = (cpu / tookSeconds) * 60;
  const memory = await service.residentMegabytes();
  print(
    `| ${name} | ${memory.toFixed(0)} MB | ${perMinute.toFixed(1)} s | ${((100 * cpu) / tookSeconds).toFixed(1)} % |`,
  );
}

/** Every chat's agent writes in turn, spread evenly. */
async function write(toy: ToySimulator, seconds: number): Promise<number> {
  const chats = toy.all();
  const endsAt = performance.now() + seconds * 1_000;
  let written = 0;
  for (let turn = 0; performance.now() < endsAt; turn += 1) {
    const due = Math.round((chats.length / MESSAGE_EVERY_SECONDS) * ((turn + 1) / 10)) - written;
    for (let index = 0; index < due; index += 1, written += 1) {
      const chat = chats[written % chats.length];
      if (chat) toy.agentWrites(chat.id, `message ${written}`);
    }
    await sleep(100);
  }
  return written;
}

const database = await makeBenchDatabase();
const toy = await startToy();
const environment = { ...TEST_ENVIRONMENT, ...database.environment, LOG_LEVEL: 'info' };
const service = await startBenchProcess('test/support/toy-service.ts', database.folder, environment);
try {
  const idle = await service.residentMegabytes();
  for (let website = 1; website <= INSTALLATIONS; website += 1) await install(service, toy, website);
  const startedAt = performance.now();
  await openChats(service, toy);
  const [cpu] = os.cpus();
  const kind = process.env['DATABASE_URL'] === undefined ? 'embedded database' : 'PostgreSQL';
  print(
    `${CHATS} open remote chats, long polls of ${LONG_POLL_MS / 1000} s, one process; ${kind}; Node ${process.version};`,
  );
  print(
    `${os.cpus().length} × ${cpu?.model}; all chats were open after ${((performance.now() - startedAt) / 1000).toFixed(0)} s;`,
  );
  print(`${idle.toFixed(0)} MB before the first chat.\n`);
  print('| | resident memory | processor time per minute | of one core |');
  print('| --- | --- | --- | --- |');
  await measure('quiet', service, QUIET_SECONDS, async () => undefined);
  await measure(`one message per chat every ${MESSAGE_EVERY_SECONDS} s`, service, BUSY_SECONDS, async () => {
    await write(toy, BUSY_SECONDS);
  });
  const second = toy.ledger.entries().filter(({ others = 0 }) => others > 0).length;
  print(`\n${waitingIn(toy)} long polls open at the end; ${second} times two at once.`);
} finally {
  await service.stop();
  await toy.close();
  await database.remove();
}
