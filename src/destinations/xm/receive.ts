import { DestinationFailure } from '../destination-failure.ts';
import type { Reading, ReceivingChat, RemoteEnd, RemoteEvent } from '../receiving.ts';
import { agentsAreGone } from './agents-gone.ts';
import { cursorOf, withSilence, type XmCursor } from './cursor.ts';
import type { XmSettings } from './definition.ts';
import { readBack } from './history.ts';
import type { XmSession } from './session.ts';
import { syncOnce } from './sync.ts';
import { takeIn, type TakenIn } from './take-in.ts';

/** Polls without news begin at least this far apart. */
const IDLE_POLL_MS = 1_000;
/** Readings of an idle chat follow each other at least this closely, where nothing keeps them from it. */
const LEAST_SILENCE_STEP_MS = 60_000;

/**
 * One reading of one chat: a long poll; but the history where something may be missing, which is after a gap, where the
 * sequences show one, and every so often (contract 3.3: what a lost poll carried may never come again).
 * A chat that XM does not know any more ends; every other failure is thrown, with the pause it demands.
 */
export async function receiveXm(
  session: XmSession,
  settings: XmSettings,
  chat: ReceivingChat,
  now: () => Date,
  signal: AbortSignal,
): Promise<Reading> {
  const stepMs = 2 * Math.max(LEAST_SILENCE_STEP_MS, settings.reconcileEveryMs, settings.pollTimeoutMs);
  const before = withSilence(cursorOf(chat), now().getTime(), stepMs);
  let polled: Pick<TakenIn, 'cursor' | 'events'> = { cursor: before, events: [] };
  try {
    // A clock that went back is no reason to wait.
    const idleMs = Math.abs(now().getTime() - before.reconciledAt);
    const mayBeIncomplete = chat.afterGap || idleMs >= settings.reconcileEveryMs || isInactive();
    return await (mayBeIncomplete ? reconcile() : poll());
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof DestinationFailure)) throw error;
    if (error.kind === 'gone') return toReading(polled.cursor, polled.events, 'gone');
    throw pausing(error, settings.errorPauseMs);
  }

  function isInactive(cursor: XmCursor = before): boolean {
    const { endAfterInactiveMs } = settings;
    return endAfterInactiveMs > 0 && cursor.quietMs >= endAfterInactiveMs;
  }

  async function poll(): Promise<Reading> {
    const askedAt = now().getTime();
    const { mark, messages } = await syncOnce(session, chat.remoteId, before.mark, settings, signal);
    const taken = take({ ...before, mark }, messages);
    polled = taken;
    if (taken.hasGap) return reconcile(mark, messages);
    const reading = await conclude(taken, taken.events.length > 0);
    // A server that does not hold the line would be called without end.
    const leastMs = messages.length > 0 ? 0 : Math.min(settings.pollTimeoutMs, IDLE_POLL_MS);
    return { ...reading, pauseMs: Math.max(0, askedAt + leastMs - now().getTime()) };
  }

  /** `news`: what was polled already; it is taken in along with the history, so that all of it stands in order. */
  async function reconcile(mark = before.mark, news: TakeInMessages = []): Promise<Reading> {
    const history = await readBack(session, chat.remoteId, before.through, signal);
    const completeUpTo = Math.max(...history.map(({ sequence }) => sequence ?? -Infinity));
    return conclude(take({ ...before, mark }, [...history, ...news], completeUpTo), true);
  }

  function take(cursor: XmCursor, messages: TakeInMessages, completeUpTo?: number): TakenIn {
    return takeIn(cursor, messages, { remoteId: chat.remoteId, session, settings, completeUpTo });
  }

  async function conclude({ cursor, events, someoneLeft }: TakenIn, isComplete: boolean): Promise<Reading> {
    const next = isComplete ? { ...cursor, reconciledAt: now().getTime() } : cursor;
    const mayBeLeft = settings.endWhenAgentsLeave && someoneLeft;
    if (mayBeLeft && (await agentsAreGone(session, chat.remoteId, cursor.agents, signal))) {
      return toReading(next, events, 'ended');
    }
    return toReading(next, events, isComplete && isInactive(cursor) ? 'inactive' : undefined);
  }

  function toReading(cursor: XmCursor, events: readonly RemoteEvent[], end?: RemoteEnd['reason']): Reading {
    const { remoteId } = chat;
    const last: RemoteEnd[] = end === undefined ? [] : [{ kind: 'ended', remoteId, reason: end }];
    return { events: [...events, ...last], cursors: new Map([[remoteId, cursor]]), pauseMs: 0 };
  }
}

type TakeInMessages = Parameters<typeof takeIn>[1];

/** The same failure, with a pause of at least `leastMs`. */
function pausing(failure: DestinationFailure, leastMs: number): DestinationFailure {
  const { kind, code, httpStatus, requestId, retryAfterMs = 0 } = failure;
  return new DestinationFailure(kind, code, { httpStatus, requestId, retryAfterMs: Math.max(retryAfterMs, leastMs) });
}
