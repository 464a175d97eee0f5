import { DestinationFailure } from '../destination-failure.ts';
import type { ThuliumClient } from './client.ts';
import type { ThuliumSettings } from './definition.ts';
import type { Days } from './list-from.ts';
import type { ThuliumChat } from './wire.ts';

/** A list that never ends must not keep anybody for ever. */
const MAX_PAGES = 100;
/** Passes of one look: the list shifts under its paging while chats start, so one pass proves nothing (contract 3). */
const PASSES = 2;

export interface FoundChats {
  chats: ReadonlyMap<string, ThuliumChat>;
  /** How many full passes did not show the others. */
  fullPasses: number;
  /** The list went on beyond the last page that is read: the others may be there. */
  isCut: boolean;
}

/** `GET chats`, paged. Throws `DestinationFailure`, or the signal's reason. */
export interface ChatList {
  /** Every chat of these days, unless the list is cut; of the queue, where Thulium can tell. */
  all(days: Days): Promise<{ chats: ThuliumChat[]; isCut: boolean }>;
  /** Pages until it met these chats, has passed the whole list twice, or may read no further page. */
  find(days: Days, remoteIds: readonly string[], signal?: AbortSignal): Promise<FoundChats>;
}

type PassEnd = 'whole' | 'enough' | 'cut';

/** Takes the chats of one page; true = no more pages are needed. */
type OnPage = (chats: readonly ThuliumChat[]) => boolean;

/**
 * Until when a queue's filter is not tried again, by the queue's address. Destinations are opened anew for each piece of
 * work; this lasts as long as the process does.
 */
const unfilteredUntil = new Map<string, number>();

export function createChatList(client: ThuliumClient, settings: ThuliumSettings, now: () => Date): ChatList {
  const queue = `${settings.baseUrl} ${settings.chatQueueId}`;

  /** Goes on until `onPage` says that it is enough. */
  async function pass(days: Days, byQueue: boolean, onPage: OnPage, signal?: AbortSignal): Promise<PassEnd> {
    let offset = 0;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const { count, received, chats } = await client.chats({ days, offset, byQueue }, signal);
      const isEnough = onPage(chats);
      offset += received;
      if (received === 0 || offset >= count) return 'whole';
      if (isEnough) return 'enough';
    }
    return 'cut';
  }

  /** Some systems answer 500 to a list with a filter (contract 2.4): without it they answer. */
  async function passOrUnfiltered(days: Days, onPage: OnPage, signal?: AbortSignal): Promise<PassEnd> {
    const isRefused = (unfilteredUntil.get(queue) ?? 0) > now().getTime();
    try {
      return await pass(days, !isRefused, onPage, signal);
    } catch (error) {
      if (isRefused || !(error instanceof DestinationFailure) || error.httpStatus !== 500) throw error;
      const end = await pass(days, false, onPage, signal);
      unfilteredUntil.set(queue, now().getTime() + settings.withoutFilterMs);
      return end;
    }
  }

  return {
    async all(days) {
      const found = new Map<string, ThuliumChat>();
      const end = await passOrUnfiltered(days, (chats) => {
        for (const chat of chats) found.set(chat.conversation_id, chat);
        return false;
      });
      return { chats: [...found.values()], isCut: end === 'cut' };
    },
    async find(days, remoteIds, signal) {
      const met = new Map<string, ThuliumChat>();
      const missing = new Set(remoteIds);
      let fullPasses = 0;
      let isCut = false;
      for (let turn = 0; turn < PASSES && missing.size > 0 && !isCut; turn += 1) {
        const end = await passOrUnfiltered(
          days,
          (chats) => {
            for (const chat of chats) {
              if (missing.delete(chat.conversation_id)) met.set(chat.conversation_id, chat);
            }
            return missing.size === 0;
          },
          signal,
        );
        if (end === 'whole') fullPasses += 1;
        isCut = end === 'cut';
      }
      return { chats: met, fullPasses, isCut };
    },
  };
}
