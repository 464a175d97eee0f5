import { DestinationFailure } from '../destinations/destination-failure.ts';
import { hashOf, type LaneContext } from './lane-context.ts';
import type { ReadingStore } from './reading-store.ts';
import type { RemoteChatStore } from './remote-chat-store.ts';

/**
 * Reads a chat that is about to be ended by us and cannot be read afterwards: its listener may have died with its worker,
 * and would come too late. Throws `DestinationFailure`, and whatever the database throws.
 */
export type ReadLast = (lane: Pick<LaneContext, 'lease' | 'configured'>) => Promise<void>;

export function createLastReading({ readings, chats }: { readings: ReadingStore; chats: RemoteChatStore }): ReadLast {
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
  };
}
