import { readLedgerFile } from '../../simulators/ledger.ts';
import type { AcceptedEvent } from '../../simulators/iadvize-sender.ts';
import type { Kill } from './fleet.ts';
import { judgeAnswers } from './judge-answers.ts';
import { judgeChats } from './judge-chats.ts';
import { ledgerFiles, type WrittenAnswer } from './remote-messages.ts';
import { readSeenChats } from './seen-chats.ts';
import { SYSTEMS } from './story.ts';
import { doubtfulStarts, type Operator, takeOverTimes } from './timelines.ts';
import type { HeldConversation } from './visitors.ts';

export interface Verdict {
  conversations: number;
  /** Events that the sender gave up after its retries: not promised. */
  givenUp: number;
  /** Texts that reached an agent, ends and openings with them. */
  messages: number;
  lost: string[];
  doubled: string[];
  inverted: string[];
  emptyRooms: number;
  /** Starts of rooms whose answer nobody has: as many empty rooms there may be, and no more. */
  doubtfulRooms: number;
  answers: { owed: number; lost: string[]; doubled: string[]; inverted: string[] };
  lateAnswers: { written: number; shown: number };
  answersIntoEmptyRooms: number;
  uncertain: number;
  parked: number;
  /** In ms, sorted. */
  takeOver: number[];
}

/** Reads the sender's ledger, the chat systems' ledgers and public HTTP, and nothing else. */
export async function check(
  folder: string,
  conversations: readonly HeldConversation[],
  kills: readonly Kill[],
  operator: Operator,
): Promise<Verdict> {
  const accepted = new Set(readLedgerFile<AcceptedEvent>(ledgerFiles(folder).sender).map(({ eventId }) => eventId));
  const answers = readLedgerFile<WrittenAnswer>(ledgerFiles(folder).answers);
  const chats = readSeenChats(folder);
  const verdict: Verdict = {
    conversations: conversations.length,
    ...{ givenUp: 0, messages: 0, lost: [], doubled: [], inverted: [], emptyRooms: 0, doubtfulRooms: 0 },
    answers: { owed: 0, lost: [], doubled: [], inverted: [] },
    ...{ lateAnswers: { written: 0, shown: 0 }, answersIntoEmptyRooms: 0 },
    uncertain: await operator.count('uncertain'),
    parked: await operator.count('parked'),
    takeOver: [],
  };

  for (const conversation of conversations) {
    const taken = { start: accepted.has(conversation.startId), close: accepted.has(conversation.closeId) };
    verdict.givenUp += Number(!taken.start) + Number(!taken.close);
    const timeline = await operator.timeline(conversation.conversationId);
    const name = `conversation ${conversation.conversationId}`;
    for (const system of SYSTEMS) {
      const judged = judgeChats(system, conversation, chats[system], taken);
      const doubts = doubtfulStarts(timeline, system);
      verdict.messages += judged.main?.seen.length ?? 0;
      verdict.lost.push(...judged.lost.map((text) => `${name}, ${system}: ${text}`));
      verdict.doubled.push(...judged.doubled.map((text) => `${name}, ${system}: ${text}`));
      verdict.inverted.push(...judged.inverted.map((text) => `${name}, ${system}: ${text}`));
      if (system !== 'xm') continue;
      verdict.emptyRooms += judged.emptyRooms.length;
      verdict.doubtfulRooms += doubts;
      // A room that no doubt explains was asked for once too often.
      const unexplained = judged.emptyRooms.slice(doubts);
      verdict.doubled.push(...unexplained.map(() => `${name}, ${system}: a room that no doubt explains`));
    }
    const judged = judgeAnswers(conversation, answers, timeline);
    verdict.answers.owed += judged.owed;
    verdict.answers.lost.push(...judged.lost.map((text) => `${name}, ${text}`));
    verdict.answers.doubled.push(...judged.doubled.map((text) => `${name}, ${text}`));
    verdict.answers.inverted.push(...judged.inverted.map((text) => `${name}, ${text}`));
    verdict.lateAnswers.written += judged.late;
    verdict.lateAnswers.shown += judged.lateShown;
    verdict.answersIntoEmptyRooms += judged.intoEmptyRooms;
    verdict.takeOver.push(...takeOverTimes(timeline, kills));
  }
  verdict.takeOver.sort((one, other) => one - other);
  return verdict;
}

export function isFlawless({ lost, doubled, inverted, answers }: Verdict): boolean {
  const flaws = [lost, doubled, inverted, answers.lost, answers.doubled, answers.inverted];
  return flaws.every((list) => list.length === 0);
}
