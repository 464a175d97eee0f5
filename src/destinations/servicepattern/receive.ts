import { setTimeout as wait } from 'node:timers/promises';
import { DestinationFailure } from '../destination-failure.ts';
import type { Reading, ReceivingChat } from '../receiving.ts';
import type { ServicepatternClient } from './client.ts';
import { readCursor, type ServicepatternCursor } from './cursor.ts';
import type { ServicepatternSettings } from './definition.ts';
import { readEvents } from './from-remote.ts';
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
 * is made good at once by history; when that fails too, its failure is thrown.
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
  const compare = async (known: ServicepatternCursor, compareFrom: number | undefined, pauseMs = 0): Promise<Reading> =>
    read(
      chat,
      await client.history(chat.remoteId, signal),
      { ...known, newsCompared: newsInAnswers, compareFrom },
      settings,
      pauseMs,
    );
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
    const events = await polled(client, chat.remoteId, signal);
    if (events) return await read(chat, events, { ...known, failures: 0 }, settings, 0);
    await wait(settings.afterAbortMs, undefined, { signal });
    return await compare({ ...known, failures: known.failures + 1 }, settled(), pauseAfter(known.failures, settings));
  } catch (error) {
    // What was given up because we stop says nothing about the system.
    signal.throwIfAborted();
    throw error;
  }
}

/** Undefined when the poll failed in a way that may have cost events; whatever else it failed with is thrown. */
async function polled(
  client: ServicepatternClient,
  chatId: string,
  signal: AbortSignal,
): Promise<ServicepatternEvent[] | undefined> {
  try {
    return await client.poll(chatId, signal);
  } catch (error) {
    const mayBeLost = error instanceof DestinationFailure && error.kind === 'notSent' && error.code !== 'unreachable';
    // A server that names its time is left alone until then.
    if (mayBeLost && error.retryAfterMs === undefined && !signal.aborted) return undefined;
    throw error;
  }
}

async function read(
  chat: ReceivingChat,
  batch: readonly ServicepatternEvent[],
  cursor: ServicepatternCursor,
  settings: ServicepatternSettings,
  pauseMs: number,
): Promise<Reading> {
  const found = readEvents(batch, cursor, chat.remoteId, settings);
  // Before the reading is stored: read again, it changes nothing more.
  if (found.forms.length > 0) {
    await changeState(chat, (stored) => found.forms.reduce((state, remember) => remember(state), stored));
  }
  return { events: found.events, cursors: new Map([[chat.remoteId, found.cursor]]), pauseMs };
}

function pauseAfter(failuresBefore: number, { pollRetryBaseMs, pollRetryMaxMs }: ServicepatternSettings): number {
  return Math.min(pollRetryBaseMs * 2 ** Math.min(failuresBefore, MAX_DOUBLINGS), pollRetryMaxMs);
}

/** Best effort: a signal that is lost costs nothing. */
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
    await client.sendEvent(chat.remoteId, { event: 'chat_session_typing' });
  } catch (error) {
    if (!(error instanceof DestinationFailure) || error.kind === 'gone') throw error;
  }
  return { ...cursor, keptAliveAt: now.getTime() };
}
