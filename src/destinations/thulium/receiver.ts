import { setImmediate as nextTurn } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { HttpClient } from '../../outgoing/http-client.ts';
import { DestinationFailure } from '../destination-failure.ts';
import type { Reading, ReceivingChat, Receiver, RemoteEvent } from '../receiving.ts';
import { type ChatCursor, readCursor } from './chat-cursor.ts';
import type { ChatList } from './chat-list.ts';
import type { ThuliumClient } from './client.ts';
import type { ThuliumSettings } from './definition.ts';
import { fetchThuliumFile } from './fetch-file.ts';
import { findByDays } from './find-by-days.ts';
import { listFrom } from './list-from.ts';
import { readChat } from './read-chat.ts';
import type { ThuliumChat } from './wire.ts';

/** A chat that so many full passes of the list did not show is lost (contract 3). */
const PASSES_TO_BELIEVE = 3;

/** A queue may have thousands of open chats, and others of this process must not wait for all of them. */
const CHATS_AT_A_TIME = 100;

export interface ReceiverParts {
  settings: ThuliumSettings;
  client: ThuliumClient;
  list: ChatList;
  http: HttpClient;
  now: () => Date;
}

/** Reads all open chats of a queue at once, since Thulium gives out nothing but lists (contract 3). */
export function createThuliumReceiver({ settings, client, list, http, now }: ReceiverParts): Receiver {
  /** A chat may be slow to show after its start, so a young one is not given up. */
  function readMissing(chat: ReceivingChat, fullPasses: number): { events: RemoteEvent[]; cursor: ChatCursor } {
    const before = readCursor(chat.cursor);
    const cursor = { ...before, misses: before.misses + fullPasses };
    const mayShowYet = now().getTime() - chat.openedAt.getTime() < settings.settleMs;
    const isLost = cursor.misses >= PASSES_TO_BELIEVE && !mayShowYet;
    return { events: isLost ? [{ kind: 'ended', remoteId: chat.remoteId, reason: 'gone' }] : [], cursor };
  }

  /** True once the chat was stopped because no agent took it (contract 6, 10); the next readings see it end. */
  async function gaveUp(chat: ReceivingChat, found: ThuliumChat): Promise<boolean> {
    const { giveUpAfterMs } = settings;
    const isUnanswered = found.status?.toUpperCase() === 'CREATED';
    if (giveUpAfterMs === 0 || !isUnanswered || now().getTime() - chat.openedAt.getTime() < giveUpAfterMs) return false;
    try {
      await client.stop(chat.remoteId);
      return true;
    } catch (error) {
      // The other chats' messages must not wait for this one's end; the next reading tries again.
      if (error instanceof DestinationFailure) return false;
      throw error;
    }
  }

  return {
    async receive(chats, signal): Promise<Reading> {
      const events: RemoteEvent[] = [];
      const cursors = new Map<string, ChatCursor>();
      const [oldest] = chats.map(listFrom).sort();
      if (oldest === undefined) return { events, cursors, pauseMs: settings.pollIntervalMs };
      const remoteIds = chats.map(({ remoteId }) => remoteId);
      const { chats: found, fullPasses, isCut } = await list.find({ from: oldest }, remoteIds, signal);
      const unmet = isCut ? chats.filter(({ remoteId }) => !found.has(remoteId)) : [];
      const byDays = await findByDays(list, unmet, signal);
      for (const [index, chat] of chats.entries()) {
        if (index % CHATS_AT_A_TIME === CHATS_AT_A_TIME - 1) await nextTurn();
        const { remoteId } = chat;
        const shown = found.get(remoteId) ?? byDays.chats.get(remoteId);
        const passes = fullPasses + (byDays.fullPasses.get(remoteId) ?? 0);
        const reading = shown ? await readChat(chat, shown, settings, now().getTime()) : readMissing(chat, passes);
        events.push(...reading.events);
        const ended = shown !== undefined && (await gaveUp(chat, shown));
        cursors.set(remoteId, { ...reading.cursor, ...(ended && { gaveUp: true }) });
      }
      const { failure } = byDays;
      const isAsBefore = (chat: ReceivingChat) => isDeepStrictEqual(cursors.get(chat.remoteId), chat.cursor);
      // Chats that cannot be read must show as trouble, but what was read of the others is to be stored first.
      if (failure && events.length === 0 && chats.every(isAsBefore)) throw failure;
      return { events, cursors, pauseMs: Math.max(settings.pollIntervalMs, failure?.retryAfterMs ?? 0) };
    },
    fetchFile: (_chat, file, limit) => fetchThuliumFile(settings, http, file, limit),
  };
}
