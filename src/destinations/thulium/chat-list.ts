import { DestinationFailure } from '../destination-failure.ts';
import type { ThuliumClient } from './client.ts';
import type { ThuliumSettings } from './definition.ts';
import type { ThuliumChat } from './wire.ts';

/** More pages than the days of one queue can have; a list that never ends must not keep anybody for ever. */
const MAX_PAGES = 100;
/** Passes of one look: the list shifts under its paging while chats start, so one pass proves nothing (contract 3). */
const PASSES = 2;

export interface FoundChats {
  chats: ReadonlyMap<string, ThuliumChat>;
  /** How many full passes did not show the others. */
  fullPasses: number;
}

/** `GET chats`, paged. All dates are YYYY-MM-DD. Throws `DestinationFailure`, or the signal's reason. */
export interface ChatList {
  /** Every chat that started on that day or later; of the queue, where Thulium can tell. */
  all(fromDate: string): Promise<ThuliumChat[]>;
  /** Pages until it met these chats, or has passed the whole list twice. */
  find(fromDate: string, remoteIds: readonly string[], signal?: AbortSignal): Promise<FoundChats>;
}

/** Takes the chats of one page; true = no more pages are needed. */
type OnPage = (chats: readonly ThuliumChat[]) => boolean;

/**
 * Until when a queue's filter is not tried again, by the queue's address. Destinations are opened anew for each piece of
 * work; this lasts as long as the process does.
 */
const unfilteredUntil = new Map<string, number>();

export function createChatList(client: ThuliumClient, settings: ThuliumSettings, now: () => Date): ChatList {
  const queue = `${settings.baseUrl} ${settings.chatQueueId}`;

  /** Goes on until `onPage` says that it is enough. Resolves with whether the whole list was seen. */
  async function pass(fromDate: string, byQueue: boolean, onPage: OnPage, signal?: AbortSignal): Promise<boolean> {
    let offset = 0;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const { count, received, chats } = await client.chats({ fromDate, offset, byQueue }, signal);
      const isEnough = onPage(chats);
      offset += received;
      if (received === 0 || offset >= count) return true;
      if (isEnough) break;
    }
    return false;
  }

  /** Some systems answer 500 to a list with a filter (contract 2.4): without it they answer. */
  async function passOrUnfiltered(fromDate: string, onPage: OnPage, signal?: AbortSignal): Promise<boolean> {
    const isRefused = (unfilteredUntil.get(queue) ?? 0) > now().getTime();
    try {
      return await pass(fromDate, !isRefused, onPage, signal);
    } catch (error) {
      if (isRefused || !(error instanceof DestinationFailure) || error.httpStatus !== 500) throw error;
      const full = await pass(fromDate, false, onPage, signal);
      unfilteredUntil.set(queue, now().getTime() + settings.withoutFilterMs);
      return full;
    }
  }

  return {
    async all(fromDate) {
      const found = new Map<string, ThuliumChat>();
      await passOrUnfiltered(fromDate, (chats) => {
        for (const chat of chats) found.set(chat.conversation_id, chat);
        return false;
      });
      return [...found.values()];
    },
    async find(fromDate, remoteIds, signal) {
      const met = new Map<string, ThuliumChat>();
      const missing = new Set(remoteIds);
      let fullPasses = 0;
      for (let turn = 0; turn < PASSES && missing.size > 0; turn += 1) {
        const full = await passOrUnfiltered(
          fromDate,
          (chats) => {
            for (const chat of chats) {
              if (missing.delete(chat.conversation_id)) met.set(chat.conversation_id, chat);
            }
            return missing.size === 0;
          },
          signal,
        );
        if (full) fullPasses += 1;
      }
      return { chats: met, fullPasses };
    },
  };
}
