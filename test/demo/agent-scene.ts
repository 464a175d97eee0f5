import { createHash } from 'node:crypto';
import type { FaultRequest } from '../simulators/faults.ts';
import { eventually } from '../support/eventually.ts';
import type { Agents, SentFile } from './agents.ts';
import type { Checks } from './checks.ts';
import { KURTKA, TRANSFER } from './conversations.ts';
import type { DemoWorld } from './demo-world.ts';
import { heading, say } from './narrator.ts';
import { SYSTEMS, type SystemName } from './remote-chats.ts';
import { answersFrom, answersShownIn, readTimeline, type SeenAnswer, showTimeline } from './timeline.ts';

const CUT_WITHIN_MS = 15_000;

const file = (name: string, letter: string): SentFile => ({
  name,
  bytes: Buffer.from(`%PDF-1.4\n${letter.repeat(2_000)}`),
});
export const FILES: Record<SystemName, SentFile> = {
  Thulium: file('etykieta zwrotna.pdf', 't'),
  XM: file('paragon.pdf', 'x'),
  ServicePattern: file('zdjęcie kurtki.pdf', 's'),
};

/** The requests that read what agents wrote. */
const POLLS: Record<SystemName, (request: FaultRequest, chatId: string) => boolean> = {
  Thulium: ({ method, path }) => method === 'GET' && path === '/api/chats',
  // Only its token says whose room a sync reads: good while one room is open.
  XM: ({ path }) => path === '/xm/api/sync',
  ServicePattern: ({ method, path }, chatId) => method === 'GET' && path.endsWith(`/chats/${chatId}/events`),
};

/** Agents answer in each system; then the line is cut under answers that are on their way. */
export async function playAnswers(world: DemoWorld, agents: Agents, { check }: Checks): Promise<void> {
  agents.write('Thulium', KURTKA, 'Tu Ola z magazynu: paczka 📦 jest w Łodzi.');
  agents.write('XM', KURTKA, 'Alex here, I am looking it up.');
  agents.write('ServicePattern', KURTKA, 'Dzień dobry, z tej strony Artur.');
  check(await agents.areHeard(KURTKA), 'all three answers came');

  await Promise.all(SYSTEMS.map((system) => cutUnderAnswers(world, agents, system)));
  check(await agents.areHeard(KURTKA), 'what was on the three cut lines came as well');
}

/** A poll takes two equal answers along, and is cut: to the chat system they are handed out. */
async function cutUnderAnswers(world: DemoWorld, agents: Agents, system: SystemName): Promise<void> {
  const simulator = { Thulium: world.thulium, XM: world.xm, ServicePattern: world.servicepattern }[system];
  const chatId = agents.chatOf(system, KURTKA);
  let isCut = false;
  const match = (request: FaultRequest): boolean => {
    if (isCut || !POLLS[system](request, chatId)) return false;
    say(`✗ ${system}`, 'cuts the line of a poll that has two answers on it');
    agents.write(system, KURTKA, 'Chwileczkę…');
    agents.write(system, KURTKA, 'Chwileczkę…');
    isCut = true;
    return true;
  };
  simulator.faults.add({ match, kind: 'accept-then-cut' });
  await eventually(() => isCut, Boolean, CUT_WITHIN_MS);
}

/** While Thulium is down: the two others do not notice, and its own agents write on. */
export async function playOutage(world: DemoWorld, agents: Agents, { check }: Checks): Promise<void> {
  agents.write('Thulium', KURTKA, 'Kurier dzwonił, będzie jutro przed 12:00.');
  for (const system of SYSTEMS) {
    agents.write(system, TRANSFER, `Hi Ana, this is ${system}.`);
    agents.sendFile(system, KURTKA, FILES[system]);
  }
  const others = ['XM', 'ServicePattern'] as const;
  const heard = await Promise.all([agents.areHeard(KURTKA, others), agents.areHeard(TRANSFER, others)]);
  check(heard.every(Boolean), 'with Thulium down, answers and files of XM and ServicePattern come');
  const ofThulium = answersFrom('Thulium', await readTimeline(world, TRANSFER));
  check(ofThulium.length === 0, 'and none of Thulium can come yet');
}

/** After the end: every answer, once, in its order, and the files to be had. */
export async function checkAnswers(world: DemoWorld, agents: Agents, checks: Checks): Promise<void> {
  heading('Second act: what the operator sees of it');
  await Promise.all([KURTKA, TRANSFER].map((conversation) => agents.areHeard(conversation)));
  for (const conversation of [KURTKA, TRANSFER]) {
    const seen = await readTimeline(world, conversation);
    say('operator', `GET /admin/api/conversations/${seen.id}`);
    showTimeline(seen);
    for (const system of SYSTEMS) {
      const expected = agents.linesOf(system, conversation).map((line) => [line.text, line.file?.name]);
      const both = [answersFrom(system, seen), answersShownIn(system, seen)].map((answers) => answers.map(inShort));
      checks.check(
        expected.length > 0 && both.every((answers) => JSON.stringify(answers) === JSON.stringify(expected)),
        `${system}, ${conversation.number}: each answer of its agents once, in order (${both[0]?.length})`,
      );
    }
    const open = seen.destinations.filter(({ pending, blocked }) => pending > 0 || blocked);
    checks.check(
      open.length === 0 && seen.destinations.length === SYSTEMS.length,
      `${conversation.number}: nothing is left over in any system`,
    );
  }
  for (const system of SYSTEMS) await checkFile(world, system, checks);
}

const inShort = ({ text, files }: SeenAnswer): unknown[] => [text, files[0]?.name];

async function checkFile(world: DemoWorld, system: SystemName, { check }: Checks): Promise<void> {
  const { name, bytes } = FILES[system];
  const files = answersFrom(system, await readTimeline(world, KURTKA)).flatMap((answer) => answer.files);
  const url = files.find((one) => one.name === name)?.url ?? '';
  const answer = await get(url);
  say('anybody', `${url.replace(/(signature=.{6}).*/, '$1…')}: ${answer.status ?? 'no answer'}`);
  check(
    answer.status === 200 && answer.bytes.equals(bytes),
    `${system}: "${name}" is hosted with the bytes that its agent sent (${answer.bytes.length}, ${hash(answer.bytes)})`,
  );
  const later = await get(url.replace('expires=', 'expires=9'));
  check(later.status === 403, `whoever prolongs its address themselves gets nothing (${later.status})`);
}

async function get(url: string): Promise<{ status: number | undefined; bytes: Buffer }> {
  const answer = await fetch(url).catch(() => undefined);
  return { status: answer?.status, bytes: Buffer.from((await answer?.arrayBuffer()) ?? new ArrayBuffer(0)) };
}

const hash = (bytes: Buffer): string => `SHA-256 ${createHash('sha256').update(bytes).digest('hex').slice(0, 8)}…`;
