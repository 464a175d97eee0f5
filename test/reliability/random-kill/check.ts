import { readLedgerFile } from '../../simulators/ledger.ts';
import type { AcceptedEvent } from '../../simulators/iadvize-sender.ts';
import type { Kill } from './fleet.ts';
import { judgeAnswers } from './judge-answers.ts';
import { judgeHeld } from './judge-held.ts';
import { judgeChats } from './judge-chats.ts';
import { ledgerFiles, type WrittenAnswer } from './remote-messages.ts';
import { readSeenChats, type SeenChat } from './seen-chats.ts';
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
  /** Starts that are in doubt and held; as many as are uncertain. Faults: where that is not so. */
  held: { starts: number; faults: string[] };
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
  holds = false,
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
    held: { starts: 0, faults: [] },
    takeOver: [],
  };

  for (const conversation of conversations) {
    const taken = { start: accepted.has(conversation.startId), close: accepted.has(conversation.closeId) };
    verdict.givenUp += Number(!taken.start) + Number(!taken.close);
    const timeline = await operator.timeline(conversation.conversationId);
    const name = `conversation ${conversation.conversationId}`;
    const ownRooms = chats.xm.filter((room) => room.conversationId === conversation.conversationId);
    let roomsInDoubt: SeenChat[] = [];
    for (const system of SYSTEMS) {
      const isHeld = holds && system === 'xm' && holdsStart(verdict, name, timeline, ownRooms, taken.start);
      const owed = isHeld ? { start: false, close: false } : taken;
      const judged = judgeChats(system, conversation, chats[system], owed);
      const doubts = doubtfulStarts(timeline, system);
      verdict.messages += judged.main?.seen.length ?? 0;
      verdict.lost.push(...judged.lost.map((text) => `${name}, ${system}: ${text}`));
      verdict.doubled.push(...judged.doubled.map((text) => `${name}, ${system}: ${text}`));
      verdict.inverted.push(...judged.inverted.map((text) => `${name}, ${system}: ${text}`));
      if (system !== 'xm') continue;
      verdict.emptyRooms += judged.emptyRooms.length;
      verdict.doubtfulRooms += doubts;
      // Which of several with nothing but an opening the conversation went on in, the ledger does not tell.
      if (doubts > 0) roomsInDoubt = ownRooms;
      // A room that no doubt explains was asked for once too often.
      const unexplained = judged.emptyRooms.slice(doubts);
      verdict.doubled.push(...unexplained.map(() => `${name}, ${system}: a room that no doubt explains`));
    }
    const judged = judgeAnswers(conversation, answers, timeline, roomsInDoubt);
    verdict.answers.owed += judged.owed;
    verdict.answers.lost.push(...judged.lost.map((text) => `${name}, ${text}`));
    verdict.answers.doubled.push(...judged.doubled.map((text) => `${name}, ${text}`));
    verdict.answers.inverted.push(...judged.inverted.map((text) => `${name}, ${text}`));
    verdict.lateAnswers.written += judged.late;
    verdict.lateAnswers.shown += judged.lateShown;
    verdict.answersIntoEmptyRooms += judged.intoEmptyRooms;
    verdict.takeOver.push(...takeOverTimes(timeline, kills));
  }
  if (holds && verdict.held.starts !== verdict.uncertain) {
    verdict.held.faults.push(`${verdict.uncertain} are uncertain, ${verdict.held.starts} starts among them`);
  }
  verdict.takeOver.sort((one, other) => one - other);
  return verdict;
}

/** True when the start of that conversation waits in doubt; notes what is wrong about it. */
function holdsStart(verdict: Verdict, name: string, ...judged: Parameters<typeof judgeHeld>): boolean {
  const { held, faults } = judgeHeld(...judged);
  verdict.held.starts += Number(held);
  verdict.held.faults.push(...faults.map((fault) => `${name}, xm: ${fault}`));
  return held;
}

export function isFlawless({ lost, doubled, inverted, answers, held }: Verdict): boolean {
  const flaws = [held.faults, lost, doubled, inverted, answers.lost, answers.doubled, answers.inverted];
  return flaws.every((list) => list.length === 0);
}
