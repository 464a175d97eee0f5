import { compareTexts } from './compare-texts.ts';
import type { SeenChat } from './seen-chats.ts';
import { END, OPENING, type Story, type System, wholeOf } from './story.ts';

/** What the sender's own ledger says was taken over. */
export interface TakenOver {
  start: boolean;
  close: boolean;
}

export interface ChatVerdict {
  /** The chat that the conversation was carried into. */
  main: SeenChat | undefined;
  /** Rooms with nothing but their opening beside it: what a start in doubt may leave where it cannot be looked up. */
  emptyRooms: SeenChat[];
  lost: string[];
  doubled: string[];
  inverted: string[];
}

/**
 * One conversation in one chat system. What the sender gave up was never promised, though it may have been stored: then
 * nothing is missing, but what is there must still be there once and in order.
 */
export function judgeChats(system: System, story: Story, chats: readonly SeenChat[], taken: TakenOver): ChatVerdict {
  const own = chats.filter(({ conversationId }) => conversationId === story.conversationId);
  const [main, ...others] = own.sort((one, other) => other.seen.length - one.seen.length);
  const isEmptyRoom = ({ seen }: SeenChat): boolean => system === 'xm' && seen.length === 1 && seen[0] === OPENING;
  const emptyRooms = others.filter(isEmptyRoom);
  const beside = others.filter((chat) => !isEmptyRoom(chat));
  const { lost, doubled, inverted } = compareTexts(wholeOf(story), main?.seen ?? []);
  return {
    main,
    emptyRooms,
    lost: taken.close ? lost : taken.start ? compareTexts([OPENING], main?.seen ?? []).lost : [],
    doubled: [...doubled, ...beside.flatMap(({ seen }) => ['(chat)', ...seen])],
    inverted,
  };
}

export const isOver = ({ conversationId }: Story, chats: readonly SeenChat[]): boolean =>
  chats.some((chat) => chat.conversationId === conversationId && chat.seen.includes(END));
