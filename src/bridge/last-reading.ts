import { setTimeout as sleep } from 'node:timers/promises';
import { DestinationFailure } from '../destinations/destination-failure.ts';
import { HeldBackError } from './destination-gate.ts';
import { hashOf, type LaneContext } from './lane-context.ts';
import type { ReadingStore } from './reading-store.ts';
import type { RemoteChatStore } from './remote-chat-store.ts';
import type { RemoteFileStore } from './remote-file-store.ts';

/**
 * Reads a chat that is about to be ended by us and cannot be read afterwards: its listener may have died with its worker,
 * and would come too late. Its files are waited for as well, for 5,000 ms. Throws `DestinationFailure`, `HeldBackError`
 * where this process stops meanwhile, and whatever the database throws.
 */
export type ReadLast = (lane: Pick<LaneContext, 'lease' | 'configured'>) => Promise<void>;

/** In ms: a chat must end some day, and a file that fails is tried for longer than this. */
const FILES_WAIT_MS = 5_000;
const LOOK_EVERY_MS = 100;

export interface LastReadingDependencies {
  readings: ReadingStore;
  chats: RemoteChatStore;
  files: RemoteFileStore;
  /** There are files to fetch, and somebody waits. */
  onFiles(): void;
  /** This process fetches no more files. */
  isStopping(): boolean;
}

export function createLastReading({ readings, chats, files, onFiles, isStopping }: LastReadingDependencies): ReadLast {
  async function filesOf(laneId: string): Promise<void> {
    if (!(await files.areWaiting(laneId))) return;
    onFiles();
    const until = performance.now() + FILES_WAIT_MS;
    do {
      if (isStopping()) throw new HeldBackError('files are fetched by whoever comes next');
      await sleep(LOOK_EVERY_MS);
    } while (performance.now() < until && (await files.areWaiting(laneId)));
  }

  return async ({ lease: { laneId }, configured: { destination, delivery } }) => {
    const read = destination.receiver?.readBeforeEnd;
    if (!read) return;
    const [chat] = await readings.load({ id: laneId, laneId });
    if (!chat) return;
    const { remoteId, state, cursor, openedAt } = chat;
    const receiving = {
      ...{ remoteId, state, cursor, openedAt, afterGap: true },
      countSent: (text: string) => readings.countSent(laneId, hashOf(text)),
      updateState: (change: (stored: unknown) => unknown) => chats.updateState(laneId, change),
    };
    const limit = AbortSignal.timeout(2 * delivery.sendTimeoutMs);
    const events = await read(receiving, limit).catch((error: unknown) => {
      throw limit.aborted ? new DestinationFailure('notSent', 'no-answer') : error;
    });
    await readings.add(
      events.flatMap((event) =>
        event.kind === 'message' && event.remoteId === remoteId ? [{ laneId, message: event }] : [],
      ),
    );
    await filesOf(laneId);
  };
}
