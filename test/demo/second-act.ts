import { eventually } from '../support/eventually.ts';
import { checkAnswers, playAnswers, playOutage } from './agent-scene.ts';
import { type Agents, createAgents } from './agents.ts';
import type { Checks } from './checks.ts';
import { KURTKA, OVERTAKEN, TRANSFER } from './conversations.ts';
import type { DemoWorld } from './demo-world.ts';
import { followChatSystems, heading, say, showChat } from './narrator.ts';
import { effectsIn, seenChats, SYSTEMS } from './remote-chats.ts';
import { judge, type SeenEvents } from './verdict.ts';

const GIVE_UP_AFTER_MS = 40_000;
/** Messages refused: enough to see that each is tried again. */
const REFUSALS = 3;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Three conversations travel into all three chat systems and are answered, with everything that may go wrong. */
export async function playConversations(world: DemoWorld, checks: Checks): Promise<void> {
  const agents = createAgents(world);
  const unfollow = followChatSystems(world);
  const forgedStatus = await playStory(world, agents, checks);
  await waitForTheEnd(world);
  await pause(50);
  unfollow();
  heading('What each agent sees');
  const chats = seenChats(world);
  chats.forEach(showChat);
  await checkAnswers(world, agents, checks);
  heading('Second act: is it right?');
  const events = (await (await world.service.admin('GET', '/events')).json()) as SeenEvents;
  for (const { right, sentence } of judge(chats, events, forgedStatus)) checks.check(right, sentence);
}

async function send(world: DemoWorld, what: string, event: object): Promise<void> {
  const { attempts } = await world.sender.send(event);
  say('iAdvize →', `${what}: ${attempts.map((attempt) => attempt.status ?? 'no answer').join(', ')}`);
}

/** The last attempt's status of a webhook that somebody else signed. */
async function sendForged(world: DemoWorld): Promise<number | null> {
  const signature = `sha256=${'0'.repeat(64)}`;
  const { attempts } = await world.sender.send(KURTKA.closed(), { signature });
  const status = attempts.at(-1)?.status ?? null;
  say('a stranger', `a forged "conversation closed": ${attempts.map((attempt) => attempt.status).join(', ')}`);
  return status;
}

/** Returns what the forger was told. */
async function playStory(world: DemoWorld, agents: Agents, checks: Checks): Promise<number | null> {
  heading('Second act: three conversations, agents who answer in three systems, and trouble');
  const start = KURTKA.started();
  await send(world, `${KURTKA.number} started (${KURTKA.title})`, start);
  await send(world, `${KURTKA.number} started, the same webhook again`, start);
  await agents.areAsked(KURTKA);
  await playAnswers(world, agents, checks);
  await send(world, `${TRANSFER.number} started (${TRANSFER.title})`, TRANSFER.started());
  await agents.areAsked(TRANSFER);

  const recover = takeThuliumDown(world);
  const forged = sendForged(world);
  await playOutage(world, agents, checks);
  await send(world, `${OVERTAKEN.number} closed (${OVERTAKEN.title})`, OVERTAKEN.closed());
  await send(world, `${TRANSFER.number} transferred to Paul`, TRANSFER.started({ operatorId: 8 }));
  await pause(300);
  await send(world, `${OVERTAKEN.number} started, late`, OVERTAKEN.started());
  await send(world, `${KURTKA.number} closed`, KURTKA.closed());
  await recover();
  await send(world, `${TRANSFER.number} closed`, TRANSFER.closed());
  return forged;
}

/** Ends with what it returns, once enough was refused meanwhile. */
function takeThuliumDown({ thulium }: DemoWorld): () => Promise<void> {
  let isDown = true;
  say('✗ Thulium', 'goes down: 503 to everything');
  thulium.faults.add({ match: () => isDown, times: Infinity, kind: 'status', status: 503 });
  const isTriedEnough = (seen: { method: string; status: number | null }[]): boolean =>
    seen.filter(({ method, status }) => method === 'POST' && status === 503).length >= REFUSALS;
  return async () => {
    await thulium.requests.waitFor(isTriedEnough, { timeoutMs: GIVE_UP_AFTER_MS });
    isDown = false;
    thulium.faults.add({ match: { path: /\/message$/ }, times: 2, kind: 'accept-then-cut' });
    say('Thulium', 'is back, but cuts the line twice after the work was done');
  };
}

async function waitForTheEnd(world: DemoWorld): Promise<void> {
  const ended = (): number[] =>
    SYSTEMS.map((system) => effectsIn(system, world).filter(({ kind }) => kind === 'end').length);
  await eventually(ended, (counts) => counts.every((count) => count === 3), GIVE_UP_AFTER_MS);
}
