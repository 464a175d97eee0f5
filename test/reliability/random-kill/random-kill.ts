import { setTimeout as sleep } from 'node:timers/promises';
import { createSender, PLATFORM_RETRY_DELAYS_MS } from '../../simulators/iadvize-sender.ts';
import { startBalancer } from '../../support/balancer.ts';
import { freePort } from '../../support/free-port.ts';
import { SECRET } from '../../support/test-environment.ts';
import { check, type Verdict } from './check.ts';
import { type Kill, type Place, startFleet } from './fleet.ts';
import { installationOf } from './installation.ts';
import { isOver } from './judge-chats.ts';
import { ledgerFiles } from './remote-messages.ts';
import { startRemoteProcess } from './remote-process.ts';
import { readSeenChats } from './seen-chats.ts';
import { between, seededRandom } from './seeded-random.ts';
import { watchSlowestAnswer } from './slowest-answer.ts';
import { SYSTEMS } from './story.ts';
import { operatorAt } from './timelines.ts';
import { type HeldConversation, letVisitorsTalk } from './visitors.ts';

export interface RandomKillOptions {
  seed: number;
  kills: number;
  /** No kills after this. */
  limitMs: number;
  /** Mean time from kill to kill. */
  everyMs: number;
  /** Conversations open at the same time. */
  atOnce: number;
  /** How many times as fast as iAdvize the sender tries again. */
  retriesFaster: number;
  /** Starts in doubt wait for a person, instead of being sent again. */
  holds?: boolean;
  /** Who runs; all of them where the database is embedded. */
  roles: readonly Place['role'][];
  program: string;
  /** Of the service: its database. */
  environment: NodeJS.ProcessEnv;
  /** Ledgers and logs. */
  folder: string;
  /** Told now and then. */
  onProgress?: (kills: number, conversations: number) => void;
}

export interface RandomKillResult extends Verdict {
  kills: readonly Kill[];
  crashes: readonly string[];
  /** What the service's logs hold of people and secrets. */
  leaks: readonly string[];
  /** Of the chat systems, in ms. Above the settle time what was doubled may be theirs. */
  slowestAnswerMs: number;
  /** From the first kill to the last, in ms. */
  killedForMs: number;
}

/** Nothing new in any chat for this long: what is missing now stays missing. Above a lease and the longest pause. */
const STANDSTILL_MS = 25_000;
/** After everything is over: whatever was repeated would come within a lease and a settle time. */
const AFTERMATH_MS = 12_000;
const READY_LIMIT_MS = 60_000;
const LOOK_EVERY_MS = 500;

/** Kills processes of the service at random while conversations run, and judges from outside what became of them. */
export async function randomKill(options: RandomKillOptions): Promise<RandomKillResult> {
  const { seed, folder } = options;
  const retryDelaysMs = PLATFORM_RETRY_DELAYS_MS.map((ms) => ms / options.retriesFaster);
  const remote = await startRemoteProcess({ folder, seed });
  const slowest = watchSlowestAnswer(remote.urls);
  const places = await Promise.all(
    options.roles.map(async (role, index) => ({ name: `${role}-${index + 1}`, role, port: await freePort() })),
  );
  const environment = { ...options.environment, IADVIZE_REST_URL_HA: remote.urls.rest };
  const fleet = await startFleet({ places, program: options.program, environment, folder });
  const balancer = await startBalancer(places.filter(({ role }) => role !== 'worker').map(({ port }) => port));
  const sender = createSender({
    targetUrl: `${balancer.url}/iadvize/webhooks`,
    secret: SECRET,
    retryDelaysMs,
    ledgerFile: ledgerFiles(folder).sender,
  });
  let result: Omit<RandomKillResult, 'leaks'>;
  let leaks: string[];
  try {
    await fleet.allReady(READY_LIMIT_MS);
    const operator = operatorAt(balancer.url);
    await operator.install(installationOf(remote.urls, retryDelaysMs, options.holds));
    const visitors = letVisitorsTalk(remote, sender, seededRandom(seed + 2), options.atOnce);
    const { conversations } = visitors;
    const killedForMs = await killAtRandom(options, async (random) => {
      await fleet.killOne(random);
      options.onProgress?.(fleet.kills.length, conversations.length);
    });
    await visitors.stop();
    remote.calm();
    await fleet.allReady(READY_LIMIT_MS);
    await standstill(folder, conversations);
    await sleep(AFTERMATH_MS);
    const verdict = await check(folder, conversations, fleet.kills, operator, options.holds);
    result = { ...verdict, kills: fleet.kills, crashes: fleet.crashes, killedForMs, slowestAnswerMs: slowest.ms() };
  } finally {
    slowest.stop();
    sender.close();
    leaks = await fleet.stop();
    await balancer.close();
    await remote.stop();
  }
  return { ...result, leaks };
}

async function killAtRandom(
  { seed, kills, limitMs, everyMs }: RandomKillOptions,
  kill: (random: () => number) => Promise<void>,
): Promise<number> {
  const random = seededRandom(seed);
  const beganAt = Date.now();
  for (let count = 0; count < kills && Date.now() - beganAt < limitMs; count += 1) {
    await sleep(between(random, 0.2, 1.8) * everyMs);
    await kill(random);
  }
  return Date.now() - beganAt;
}

/** Resolves when every conversation is over everywhere, or when nothing moves any more. */
async function standstill(folder: string, conversations: readonly HeldConversation[]): Promise<void> {
  let lastSize = -1;
  let movedAt = Date.now();
  while (Date.now() - movedAt < STANDSTILL_MS) {
    const chats = readSeenChats(folder);
    if (conversations.every((one) => SYSTEMS.every((system) => isOver(one, chats[system])))) return;
    const size = SYSTEMS.flatMap((system) => chats[system]).reduce((sum, { seen }) => sum + seen.length, 0);
    if (size !== lastSize) movedAt = Date.now();
    lastSize = size;
    await sleep(LOOK_EVERY_MS);
  }
}
