import type { LedgerEntry } from '../../simulators/ledger.ts';
import { compareTexts } from './compare-texts.ts';
import type { WrittenAnswer } from './remote-messages.ts';
import type { Timeline } from './timelines.ts';
import type { HeldConversation } from './visitors.ts';

export interface AnswerVerdict {
  /** Written before the conversation closed, into the chat it was carried into. */
  owed: number;
  lost: string[];
  doubled: string[];
  inverted: string[];
  /** Written after that, when nobody was there to read them any more: shown or not, but not twice. */
  late: number;
  lateShown: number;
  /** Written into rooms that a start in doubt had left empty. */
  intoEmptyRooms: number;
}

/** What the agents of one conversation wrote, against what its timeline shows. */
export function judgeAnswers(
  { conversationId, closedAt }: HeldConversation,
  written: readonly LedgerEntry<WrittenAnswer>[],
  { destinations }: Timeline,
): AnswerVerdict {
  const verdict: AnswerVerdict = {
    ...{ owed: 0, lost: [], doubled: [], inverted: [] },
    ...{ late: 0, lateShown: 0, intoEmptyRooms: 0 },
  };
  const own = written.filter((answer) => answer.conversationId === conversationId);
  const chats = new Set(destinations.map(({ remoteChat }) => remoteChat?.remoteId));
  verdict.intoEmptyRooms = own.filter(({ chatId }) => !chats.has(chatId)).length;
  for (const { destination, remoteChat } of destinations) {
    const there = own.filter(({ chatId }) => chatId === remoteChat?.remoteId);
    const shown = (remoteChat?.shows ?? []).filter(({ from, author }) => from === 'remote' && author === 'agent');
    const owed = there.filter(({ at }) => Date.parse(at) < closedAt).map(({ text }) => text);
    const late = there.slice(owed.length).map(({ text }) => text);
    const { lost, doubled, inverted } = compareTexts(
      [...owed, ...late],
      shown.map(({ text }) => text),
    );
    const lateMissing = Math.min(lost.length, late.length);
    const missing = compareTexts(
      owed,
      shown.map(({ text }) => text),
    ).lost;
    verdict.owed += owed.length;
    verdict.late += late.length;
    verdict.lateShown += late.length - lateMissing;
    verdict.lost.push(...missing.map((text) => `${destination}: ${text}`));
    verdict.doubled.push(...doubled.map((text) => `${destination}: ${text}`));
    verdict.inverted.push(...inverted.map((text) => `${destination}: ${text}`));
  }
  return verdict;
}
