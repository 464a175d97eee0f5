import { isFlawless } from './check.ts';
import { SETTLE_MS } from './installation.ts';
import type { RandomKillResult } from './random-kill.ts';

const SHOWN = 20;

/** What came out, for people. */
export function describeResult(seed: number, result: RandomKillResult): string {
  const { kills, killedForMs, answers, lateAnswers, takeOver } = result;
  const minutes = killedForMs / 60_000;
  const at = (share: number): string =>
    takeOver.length === 0 ? '–' : `${(takeOver[Math.floor((takeOver.length - 1) * share)]! / 1000).toFixed(1)} s`;
  const byRole = Object.entries(countBy(kills.map(({ name }) => name.split('-')[0] ?? name)));
  const rows: [string, string | number][] = [
    ['seed', seed],
    ['kills', `${kills.length} (${byRole.map(([role, count]) => `${role} ${count}`).join(', ')})`],
    ['of them while still starting', kills.filter(({ early }) => early).length],
    ['time of the kills', `${minutes.toFixed(1)} min, ${(kills.length / minutes).toFixed(0)} kills/min`],
    ['conversations', result.conversations],
    ['events given up by the sender', result.givenUp],
    ['messages in the remote chats', result.messages],
    ['lost', result.lost.length],
    ['doubled', result.doubled.length],
    ['inverted', result.inverted.length],
    ['XM: starts in doubt / rooms left empty', `${result.doubtfulRooms} / ${result.emptyRooms}`],
    ["agents' answers before the close", answers.owed],
    [
      'of them lost / doubled / inverted',
      `${answers.lost.length} / ${answers.doubled.length} / ${answers.inverted.length}`,
    ],
    ['answers after the close: written / shown', `${lateAnswers.written} / ${lateAnswers.shown}`],
    ['answers into empty rooms', result.answersIntoEmptyRooms],
    ['uncertain / parked deliveries', `${result.uncertain} / ${result.parked}`],
    ['of them starts held in doubt', result.held.starts],
    ['attempts taken over', takeOver.length],
    ['take-over p50 / p99 / slowest', `${at(0.5)} / ${at(0.99)} / ${at(1)}`],
    ['slowest answer of a chat system / settle time', `${Math.round(result.slowestAnswerMs)} ms / ${SETTLE_MS} ms`],
    ['ended without being killed', result.crashes.length],
    ['words of people or secrets in the logs', result.leaks.length],
    ['verdict', isFlawless(result) ? 'nothing lost, nothing doubled, nothing out of order' : 'FAILED'],
  ];
  const table = rows.map(([name, value]) => `| ${name} | ${value} |`);
  return ['| measure | result |', '| --- | --- |', ...table, ...flaws(result)].join('\n');
}

function flaws({ lost, doubled, inverted, answers, held, crashes, leaks }: RandomKillResult): string[] {
  const ofAnswers = {
    'answers lost': answers.lost,
    'answers doubled': answers.doubled,
    'answers inverted': answers.inverted,
  };
  const lists = { 'held in doubt': held.faults, lost, doubled, inverted, ...ofAnswers, crashes, leaks };
  return Object.entries(lists).flatMap(([name, list]) => list.slice(0, SHOWN).map((flaw) => `${name}: ${flaw}`));
}

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
