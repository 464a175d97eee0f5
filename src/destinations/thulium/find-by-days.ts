import { DestinationFailure } from '../destination-failure.ts';
import type { ReceivingChat } from '../receiving.ts';
import type { ChatList } from './chat-list.ts';
import { listFrom, secondDayAfter } from './list-from.ts';
import type { ThuliumChat } from './wire.ts';

export interface FoundByDays {
  chats: Map<string, ThuliumChat>;
  /** By chat, how many full passes of its days did not show it. */
  fullPasses: Map<string, number>;
  /** Why some of them may be there and were not seen. */
  failure?: DestinationFailure;
}

/** Days of one reading: it has an end, and the other chats of the queue wait for it. The rest has its turn later. */
const MOST_DAYS = 3;

/**
 * Looks for chats among the days in which they started. Whatever order a list has, these are short where the one since
 * the oldest open chat is longer than it is read. What Thulium refuses here is returned: the chats that were met before
 * must not be lost for it.
 */
export async function findByDays(
  list: ChatList,
  chats: readonly ReceivingChat[],
  signal: AbortSignal,
): Promise<FoundByDays> {
  const found: FoundByDays = { chats: new Map(), fullPasses: new Map() };
  const days = inAnyOrder([...new Set(chats.map(listFrom))]);
  if (days.length > MOST_DAYS) found.failure = new DestinationFailure('notSent', 'unavailable');
  for (const from of days.slice(0, MOST_DAYS)) {
    const ofDays = chats.filter((chat) => listFrom(chat) === from);
    const to = secondDayAfter(new Date(Math.max(...ofDays.map(({ openedAt }) => openedAt.getTime()))));
    const remoteIds = ofDays.map(({ remoteId }) => remoteId);
    try {
      const { chats: met, fullPasses, isCut } = await list.find({ from, to }, remoteIds, signal);
      for (const [remoteId, chat] of met) found.chats.set(remoteId, chat);
      for (const remoteId of remoteIds) found.fullPasses.set(remoteId, fullPasses);
      if (isCut) found.failure ??= new DestinationFailure('notSent', 'unavailable');
    } catch (error) {
      if (!(error instanceof DestinationFailure)) throw error;
      found.failure = error;
      break;
    }
  }
  return found;
}

/** So that a day which takes all of the time keeps the others waiting once, not always. */
function inAnyOrder<Item>(items: Item[]): Item[] {
  const first = Math.floor(Math.random() * items.length);
  return [...items.slice(first), ...items.slice(0, first)];
}
