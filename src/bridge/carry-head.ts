import type { Database } from '../persistence/database.ts';
import { readClosingAnswers } from './closing-answers-step.ts';
import type { ConversationSource } from './conversation-source.ts';
import { findKnownConversation, rememberVisitor } from './conversation-store.ts';
import { type Delivery, type Lease, LeaseLostError } from './delivery.ts';
import { resolveDoubt } from './doubt-step.ts';
import type { StepOutcome } from './failure-settlement.ts';
import type { LaneContext, OpenConfigured } from './lane-context.ts';
import type { LaneStore } from './lane-store.ts';
import { readTransfer, readTranscript, readVisitorUpdate } from './reading-steps.ts';
import type { RemoteChatStore } from './remote-chat-store.ts';
import type { Settlement, SettlementStore } from './settlement-store.ts';
import { write, type WritingOutcome } from './writing-step.ts';

export interface CarryDependencies {
  database: Database;
  lanes: LaneStore;
  settlements: SettlementStore;
  chats: RemoteChatStore;
  source: ConversationSource;
  openConfigured: OpenConfigured;
  /** Name of this worker in attempt rows. */
  worker: string;
}

/** What was done, for the one log line of it. */
export interface Carried {
  delivery: Delivery;
  outcome: WritingOutcome;
  /** What nobody foresaw, where it led here. */
  error?: unknown;
}

const UNFORESEEN_TRIES = 8;

/**
 * Works once on the head of a leased lane and writes what became of it. Undefined when there was nothing to do.
 * Throws `LeaseLostError` when the lane was taken over, and whatever the database throws; in both cases the next claim
 * finds the lane as it was left on disk.
 */
export async function carryHead(lease: Lease, dependencies: CarryDependencies): Promise<Carried | undefined> {
  const { lanes, settlements } = dependencies;
  const delivery = await lanes.head(lease);
  if (!delivery) {
    await lanes.release(lease);
    return undefined;
  }
  try {
    const outcome = await workOn(lease, delivery, dependencies);
    await settlements.settle({ lease, delivery, ...outcome });
    return { delivery, outcome };
  } catch (error) {
    if (error instanceof LeaseLostError) throw error;
    // Something nobody foresaw, or an outcome that could not be stored. If the database is down, this throws too.
    const outcome = { settlement: await settleUnforeseen(lease, lanes) };
    await settlements.settle({ lease, delivery, ...outcome });
    return { delivery, outcome, error };
  }
}

/** By what is on disk: before an attempt it is tried again, after one it stays in doubt; a person gets it in the end. */
async function settleUnforeseen(lease: Lease, lanes: LaneStore): Promise<Settlement> {
  const now = await lanes.head(lease);
  const failures = now?.failures ?? 0;
  const pauseMs = Math.min(1_000 * 2 ** failures, 60_000);
  const inDoubt = now?.status === 'sending';
  if (failures >= UNFORESEEN_TRIES) return { to: inDoubt ? 'uncertain' : 'parked', reason: 'unexpected-error' };
  if (inDoubt) return { to: 'sending', lookInMs: pauseMs, after: 'failed-look' };
  return { to: 'pending', retryInMs: pauseMs, reason: 'unexpected-error' };
}

async function workOn(lease: Lease, delivery: Delivery, dependencies: CarryDependencies): Promise<WritingOutcome> {
  const { database, lanes, chats, source, openConfigured, worker } = dependencies;
  const configured = await openConfigured(lease.installationId, lease.destinationId);
  if (configured === 'removed') return { settlement: { to: 'parked', reason: 'destination-removed' } };
  if (configured === 'settings-do-not-fit') return { settlement: { to: 'parked', reason: 'settings-do-not-fit' } };
  const conversation = await findKnownConversation(database, lease.conversationId);
  if (!conversation) throw new Error('a lane without its conversation');
  const lane: LaneContext = {
    lease,
    configured,
    conversation,
    source,
    chats,
    chat: await chats.find(lease.laneId),
    rememberVisitor: (uniqueId) => rememberVisitor(database, conversation.id, uniqueId),
  };

  const read = READING[delivery.kind];
  if (read) return read(lane, delivery);
  // Ending twice is ending once, so an end in doubt is simply sent again.
  if (delivery.status === 'sending' && delivery.kind !== 'end') return resolveDoubt(lane, delivery, lanes);
  return write(lane, delivery, lanes, worker);
}

type ReadingStep = (lane: LaneContext, delivery: Delivery) => Promise<StepOutcome>;

const READING: Partial<Record<Delivery['kind'], ReadingStep>> = {
  transcript: readTranscript,
  transfer: readTransfer,
  'visitor-update': readVisitorUpdate,
  'closing-answers': readClosingAnswers,
};
