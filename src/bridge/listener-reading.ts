import { setMaxListeners } from 'node:events';
import { isDeepStrictEqual } from 'node:util';
import { DestinationFailure } from '../destinations/destination-failure.ts';
import type { Reading, ReceivingChat } from '../destinations/receiving.ts';
import type { Logger } from '../observability/logger.ts';
import { crashPoint } from '../observability/crash-point.ts';
import { hashOf, type ConfiguredDestination, type OpenConfigured } from './lane-context.ts';
import type { HealthStore } from './health-store.ts';
import {
  givesUpLastLook,
  pauseAfterFailure,
  pauseBetweenReadings,
  pauseHeldBack,
  pauseUnopened,
} from './listen-policy.ts';
import type { ListenerLease } from './listener-store.ts';
import { createReadingGate } from './reading-gate.ts';
import type { ListenedChat, ReadingResult, ReadingStore, StoredReading } from './reading-store.ts';
import type { RemoteChatStore } from './remote-chat-store.ts';
import type { ReceivedMessage } from './remote-message-store.ts';
import type { Opened } from './sealed-json.ts';

export interface ReadingDependencies {
  openConfigured: OpenConfigured;
  chats: RemoteChatStore;
  readings: ReadingStore;
  health: HealthStore;
  logger: Logger;
  /** How long a store prolongs the lease, in ms. */
  leaseMs: number;
  /** A reading that takes longer than this, in ms, is given up: a chat system that never answers must not be waited for. */
  readingLimitMs: number;
  /** Runs work on the database, few at a time: a thousand listeners must not take every connection from the couriers. */
  onDatabase<Result>(work: () => Promise<Result>): Promise<Result>;
}

/** A long poll that brings nothing and does not wait either is not asked again at once. In ms. */
const LEAST_LOOP_MS = 100;

/** What one listener knows from reading to reading, in one process. */
export interface ListenerMemory {
  /** Consecutive failures, by whoever had the listener. */
  failures: number;
  /** Lanes whose last reading was read and stored by this process. */
  readWell: Set<string>;
  /** What the last reading decrypted. */
  opened: Opened;
}

export type ReadingOutcome = StoredReading & { pauseMs: number } & (
    | { failure?: undefined }
    | {
        failure: string;
        unforeseen?: unknown;
        /** Nothing was asked: another listener tries whether the destination can be read again. */
        heldBack?: true;
      }
  );

const HELD_BACK = { over: false, newMessages: 0, failure: 'held-back', heldBack: true } as const;

/**
 * Reads once and stores what was read; nothing counts as read before that. Throws `ListenerLostError` when the listener
 * is another worker's, the signal's reason when it is aborted, and whatever the database throws.
 */
export async function readOnce(
  lease: ListenerLease,
  memory: ListenerMemory,
  signal: AbortSignal,
  dependencies: ReadingDependencies,
): Promise<ReadingOutcome> {
  const { openConfigured, readings, health, logger, leaseMs, onDatabase } = dependencies;
  const configured = await onDatabase(() => openConfigured(lease.installationId, lease.destinationId));
  const unread =
    typeof configured === 'string' ? configured : configured.destination.receiver ? undefined : 'no-receiver';
  if (typeof configured === 'string' || unread !== undefined) {
    const pauseMs = pauseUnopened();
    const failed = { code: unread ?? 'removed', pauseMs, gone: [], finished: [] };
    const stored = await onDatabase(() => readings.fail(lease, failed, leaseMs));
    return { ...stored, pauseMs, failure: failed.code };
  }
  const { type, delivery } = configured;
  const gate = createReadingGate(health, { ...lease, type }, delivery, memory.failures, logger);
  const heldBackMs = await onDatabase(() => gate.heldBackMs());
  if (heldBackMs !== undefined) return { ...HELD_BACK, pauseMs: pauseHeldBack(delivery, heldBackMs, memory.failures) };
  const listened = await onDatabase(() => readings.load(lease, memory.opened));
  const beganAt = performance.now();
  try {
    const reading = await receive(listened, configured, memory, signal, dependencies);
    await onDatabase(() => gate.report());
    // From here to the end of the store, what was read exists nowhere but here.
    memory.readWell.clear();
    const result = resultOf(reading, listened, configured);
    if (result.messages.length > 0) crashPoint('K13');
    const stored = await onDatabase(() => readings.store(lease, result, leaseMs));
    memory.failures = 0;
    for (const { laneId } of listened) memory.readWell.add(laneId);
    const idle = stored.newMessages === 0 && performance.now() - beganAt < LEAST_LOOP_MS;
    return { ...stored, pauseMs: idle ? Math.max(result.pauseMs, LEAST_LOOP_MS) : result.pauseMs };
  } catch (error) {
    memory.readWell.clear();
    signal.throwIfAborted();
    if (!(error instanceof ReceiveFailed)) throw error;
    const nextTrialInMs = await onDatabase(() => gate.report(error.cause));
    memory.failures += 1;
    const pauseMs = pauseAfterFailure(error.cause, memory.failures, delivery, nextTrialInMs);
    return settle(lease, listened, error.cause, pauseMs, configured, dependencies);
  }
}

/** Whatever `receive` threw, told apart from the troubles of our own database. */
class ReceiveFailed extends Error {}

async function receive(
  listened: readonly ListenedChat[],
  { destination, capabilities }: ConfiguredDestination,
  memory: ListenerMemory,
  signal: AbortSignal,
  { chats, readings, readingLimitMs, onDatabase }: ReadingDependencies,
): Promise<Reading> {
  const nothing: Reading = { events: [], cursors: new Map(), pauseMs: 0 };
  if (!destination.receiver || listened.length === 0) return nothing;
  const receiving = listened.map(({ laneId, remoteId, state, cursor, openedAt }): ReceivingChat => ({
    ...{ remoteId, state, cursor, openedAt },
    afterGap: !memory.readWell.has(laneId),
    countSent: (text) => onDatabase(() => readings.countSent(laneId, hashOf(text))),
    updateState: (change) => onDatabase(() => chats.updateState(laneId, change)),
  }));
  const limit = new AbortController();
  setMaxListeners(0, limit.signal);
  const aborted = new Promise<never>((_, reject) => {
    limit.signal.addEventListener('abort', () => reject(limit.signal.reason as Error));
  });
  const timer = setTimeout(() => limit.abort(new DestinationFailure('unknown', 'no-answer')), readingLimitMs);
  const onAbort = (): void => limit.abort(signal.reason);
  signal.addEventListener('abort', onAbort);
  try {
    if (signal.aborted) onAbort();
    // Not left to the destination alone: a listener that does not let go would keep the process from stopping.
    return await Promise.race([destination.receiver.receive(receiving, limit.signal), aborted]);
  } catch (error) {
    const overall = error instanceof DestinationFailure && error.kind === 'gone' && !capabilities.listensPerChat;
    throw new ReceiveFailed('receive', { cause: overall ? new DestinationFailure('unknown', error.code) : error });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

/** What was read, by our own ids. Events of chats that were not asked about are nobody's. */
function resultOf(
  { events, cursors, pauseMs }: Reading,
  listened: readonly ListenedChat[],
  configured: ConfiguredDestination,
): ReadingResult {
  const lanes = new Map(listened.map(({ remoteId, laneId }) => [remoteId, laneId]));
  const messages: ReceivedMessage[] = [];
  const ends: ReadingResult['ends'][number][] = [];
  for (const event of events) {
    const laneId = lanes.get(event.remoteId);
    if (laneId === undefined) continue;
    if (event.kind === 'message') messages.push({ laneId, message: event });
    else if (!ends.some((end) => end.laneId === laneId)) ends.push({ laneId, reason: event.reason });
  }
  const closed = lastRead(listened, configured).map((chat) => chat.laneId);
  // Most chats of a queue are as they were: what each of them would write then, every few seconds, says nothing.
  const moved = listened.filter(
    ({ remoteId, cursor }) => cursors.has(remoteId) && !isDeepStrictEqual(cursors.get(remoteId), cursor),
  );
  return {
    messages,
    ends,
    cursors: new Map(moved.map(({ laneId, remoteId }) => [laneId, cursors.get(remoteId)])),
    finished: [...new Set([...closed, ...ends.map((end) => end.laneId)])],
    nothingToRead: listened.length === 0,
    pauseMs: pauseBetweenReadings(pauseMs),
  };
}

/** Chats that we ended and that no reading after this one is for. */
const lastRead = (listened: readonly ListenedChat[], { destination }: ConfiguredDestination): ListenedChat[] =>
  listened.filter(({ endedForMs = -1 }) => endedForMs >= (destination.receiver?.readAfterEndMs ?? 0));

async function settle(
  lease: ListenerLease,
  listened: readonly ListenedChat[],
  error: unknown,
  pauseMs: number,
  configured: ConfiguredDestination,
  { readings, leaseMs, onDatabase }: ReadingDependencies,
): Promise<ReadingOutcome> {
  const foreseen = error instanceof DestinationFailure;
  const code = foreseen ? error.code : 'unexpected-error';
  const gone = foreseen && error.kind === 'gone' ? listened.map((chat) => chat.laneId) : [];
  const closed = givesUpLastLook(error) ? lastRead(listened, configured) : [];
  const finished = [...new Set([...gone, ...closed.map((chat) => chat.laneId)])];
  const stored = await onDatabase(() => readings.fail(lease, { code, pauseMs, gone, finished }, leaseMs));
  return { ...stored, pauseMs, failure: code, ...(!foreseen && { unforeseen: error }) };
}
