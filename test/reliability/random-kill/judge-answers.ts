import type { LedgerEntry } from '../../simulators/ledger.ts';
import { compareTexts } from './compare-texts.ts';
import type { WrittenAnswer } from './remote-messages.ts';
import type { SeenChat } from './seen-chats.ts';
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
  /** Written into XM rooms that a start in doubt had left empty. A chat of another system that no timeline knows is a fault. */
  intoEmptyRooms: number;
}

/** What the agents of one conversation wrote, against what its timeline shows. `xmRooms`: that a doubt may have left empty. */
export function judgeAnswers(
  { conversationId, closedAt }: HeldConversation,
  written: readonly LedgerEntry<WrittenAnswer>[],
  { destinations }: Timeline,
  xmRooms: readonly SeenChat[],
): AnswerVerdict {
  const verdict: AnswerVerdict = {
    ...{ owed: 0, lost: [], doubled: [], inverted: [] },
    ...{ late: 0, lateShown: 0, intoEmptyRooms: 0 },
  };
  const own = written.filter((answer) => answer.conversationId === conversationId);
  const chats = new Set(destinations.map(({ remoteChat }) => remoteChat?.remoteId));
  const unknown = own.filter(({ chatId }) => !chats.has(chatId));
  const stray = unknown.filter(
    ({ system, chatId }) => system !== 'xm' || !xmRooms.some((room) => room.chatId === chatId),
  );
  verdict.intoEmptyRooms = unknown.length - stray.length;
  verdict.lost.push(...stray.map(({ chatId, text }) => `chat ${chatId}, which no timeline knows: ${text}`));
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
