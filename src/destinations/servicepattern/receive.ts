import { setTimeout as wait } from 'node:timers/promises';
import { DestinationFailure } from '../destination-failure.ts';
import type { Reading, ReceivingChat, RemoteEnd } from '../receiving.ts';
import type { ServicepatternClient } from './client.ts';
import { readCursor, type ServicepatternCursor } from './cursor.ts';
import type { ServicepatternSettings } from './definition.ts';
import { endIn, readEvents } from './from-remote.ts';
import { rememberNews } from './news.ts';
import { isGone, missedBy, poll } from './polling.ts';
import { changeState, stateOf } from './state.ts';
import type { ServicepatternEvent } from './wire.ts';

/** Longest doubling of a pause that a number can hold sensibly. */
const MAX_DOUBLINGS = 20;

/** While history may still lack what was lost, it is read this often in a settle time, but not more than every second. */
const COMPARISONS = 10;
const BETWEEN_COMPARISONS_MS = 1_000;

/**
 * One reading of one chat: a long poll, or its history where something may have been lost (contract 4). For a settle time
 * it is history alone then: a poll would hand out what came later, ahead of what is slow to show there. A poll that fails
 * is made good at once by history; when that fails too, its failure is thrown. An answer to a call of ours may hold events
 * while a poll is under way: history goes ahead of what that poll brings then.
 */
export async function receive(
  chat: ReceivingChat,
  signal: AbortSignal,
  client: ServicepatternClient,
  settings: ServicepatternSettings,
  now: () => Date,
): Promise<Reading> {
  const cursor = readCursor(chat.cursor);
  const { newsInAnswers } = stateOf(chat);
  const compare = async (
    known: ServicepatternCursor,
    compareFrom: number | undefined,
    pauseMs = 0,
  ): Promise<Reading> => {
    try {
      const history = await client.history(chat.remoteId, signal);
      return await read(chat, history, [], { ...known, newsCompared: newsInAnswers, compareFrom }, settings, pauseMs);
    } catch (error) {
      if (!(error instanceof DestinationFailure) || known.end === undefined) throw error;
      // An end has nothing more to wait for where history is gone with its chat, or does not come within its time.
      if (error.kind !== 'gone' && (known.compareFrom ?? Infinity) > now().getTime()) throw error;
      return read(chat, [], [], { ...known, compareFrom: undefined }, settings, 0);
    }
  };
  // From when something was lost: a poll takes longer than that.
  const settled = (): number => now().getTime() + settings.settleMs;

  try {
    if (chat.afterGap || newsInAnswers > cursor.newsCompared) return await compare(cursor, settled());
    if (cursor.compareFrom !== undefined) {
      // When the clock is set back, a chat must not go unpolled for longer: polls keep it alive.
      const compareFrom = Math.min(cursor.compareFrom, settled());
      const leftMs = compareFrom - now().getTime();
      if (leftMs <= 0) return await compare(cursor, undefined);
      const pauseMs = Math.max(BETWEEN_COMPARISONS_MS, settings.settleMs / COMPARISONS);
      return await compare(cursor, compareFrom, Math.min(leftMs, pauseMs));
    }
    const known = await keepAlive(chat, cursor, client, settings, now());
    const polled = await poll(client, chat.remoteId, signal);
    if (polled) {
      const after = { ...known, failures: 0 };
      const missed = await missedBy(polled, known.newsCompared, chat, client, signal);
      if (!missed) {
        if (isGone(polled)) throw polled;
        return await read(chat, [], polled, after, settings, 0);
      }
      const { history, newsCompared } = missed;
      const behind = { ...after, newsCompared, compareFrom: settled() };
      return isGone(polled)
        ? await read(chat, history, [], { ...behind, end: 'gone' }, settings, 0)
        : await read(chat, history, polled, behind, settings, 0);
    }
    await wait(settings.afterAbortMs, undefined, { signal });
    return await compare({ ...known, failures: known.failures + 1 }, settled(), pauseAfter(known.failures, settings));
  } catch (error) {
    // What was given up because we stop says nothing about the system.
    signal.throwIfAborted();
    throw error;
  }
}

/** An end is told when nothing more is compared, or history shows it: then it shows all that was said before it, too. */
async function read(
  chat: ReceivingChat,
  history: readonly ServicepatternEvent[],
  batch: readonly ServicepatternEvent[],
  cursor: ServicepatternCursor,
  settings: ServicepatternSettings,
  pauseMs: number,
): Promise<Reading> {
  const { remoteId } = chat;
  const found = readEvents(history, batch, cursor, remoteId, settings);
  // Before the reading is stored: read again, it changes nothing more.
  if (found.forms.length > 0) {
    await changeState(chat, (stored) => found.forms.reduce((state, remember) => remember(state), stored));
  }
  const end = found.end ?? cursor.end;
  const waits = cursor.compareFrom !== undefined && !history.some((event) => endIn(event) !== undefined);
  const ended: RemoteEnd[] = end === undefined || waits ? [] : [{ kind: 'ended', remoteId, reason: end }];
  const cursors = new Map([[remoteId, { ...found.cursor, ...(end && { end }) }]]);
  return { events: [...found.messages, ...ended], cursors, pauseMs };
}

function pauseAfter(failuresBefore: number, { pollRetryBaseMs, pollRetryMaxMs }: ServicepatternSettings): number {
  return Math.min(pollRetryBaseMs * 2 ** Math.min(failuresBefore, MAX_DOUBLINGS), pollRetryMaxMs);
}

/** Best effort: a signal that is lost costs nothing, and whether the chat is over is for the poll to say. */
async function keepAlive(
  chat: ReceivingChat,
  cursor: ServicepatternCursor,
  client: ServicepatternClient,
  { keepAliveMs }: ServicepatternSettings,
  now: Date,
): Promise<ServicepatternCursor> {
  const last = cursor.keptAliveAt ?? chat.openedAt.getTime();
  if (keepAliveMs === 0 || now.getTime() - last < keepAliveMs) return cursor;
  try {
    await rememberNews(chat, await client.sendEvent(chat.remoteId, { event: 'chat_session_typing' }));
  } catch (error) {
    if (!(error instanceof DestinationFailure)) throw error;
  }
  return { ...cursor, keptAliveAt: now.getTime() };
}
