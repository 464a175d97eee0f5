import type { Logger } from '../observability/logger.ts';
import { crashPoint } from '../observability/crash-point.ts';
import type { Database } from '../persistence/database.ts';
import { isDatabaseFault } from '../persistence/database-faults.ts';
import { createChallengeStore } from './challenge-store.ts';
import { readClosingAnswers } from './closing-answers-step.ts';
import type { ConversationSource } from './conversation-source.ts';
import { rememberVisitor } from './conversation-store.ts';
import { type Delivery, type Lease, LeaseLostError } from './delivery.ts';
import { createGate, HeldBackError } from './destination-gate.ts';
import { resolveDoubt } from './doubt-step.ts';
import type { StepOutcome } from './failure-settlement.ts';
import type { HealthStore } from './health-store.ts';
import type { LaneContext, OpenConfigured } from './lane-context.ts';
import type { LaneHead } from './lane-head.ts';
import type { LaneStore } from './lane-store.ts';
import type { ReadLast } from './last-reading.ts';
import { readTransfer, readTranscript, readVisitorUpdate } from './reading-steps.ts';
import type { RemoteChatStore } from './remote-chat-store.ts';
import { identify } from './same-conversation.ts';
import type { Settlement, SettlementStore } from './settlement-store.ts';
import type { WriteFence } from './write-fence.ts';
import { write, type WritingOutcome } from './writing-step.ts';

export interface CarryDependencies {
  database: Database;
  lanes: LaneStore;
  settlements: SettlementStore;
  chats: RemoteChatStore;
  source: ConversationSource;
  openConfigured: OpenConfigured;
  /** Around the client with which `openConfigured` opens. */
  fence: WriteFence;
  health: HealthStore;
  readLast: ReadLast;
  logger: Logger;
  /** Told when a destination's budget has room for another lane, in ms. */
  onFreeIn?: ((ms: number) => void) | undefined;
  /** Name of this worker in attempt rows. */
  worker: string;
}

/** What was done, for the one log line of it. */
export interface Carried {
  delivery: Delivery;
  outcome: WritingOutcome;
  /** The lane is still ours and has more that may be worked on at once. */
  kept: boolean;
  /** What nobody foresaw, where it led here. */
  error?: unknown;
}

/** Whether there is a remote chat now that was not there before. */
export const startedChat = ({ delivery, outcome }: Carried): boolean =>
  delivery.kind === 'start' && outcome.settlement.to === 'delivered';

/** Whoever sees the same error so often needs a person. */
const UNFORESEEN_TRIES = 8;
const AFTER_DATABASE_TROUBLE_MS = 1_000;

/**
 * Works once on the head of a leased lane and writes what became of it. Undefined when there was nothing to do.
 * Throws `LeaseLostError` when the lane was taken over, and whatever the database throws; in both cases the next claim
 * finds the lane as it was left on disk. `keepLane`: whether the caller goes on with the next delivery, where there is one.
 */
export async function carryHead(
  lease: Lease,
  dependencies: CarryDependencies,
  keepLane: boolean,
): Promise<Carried | undefined> {
  const { lanes, settlements } = dependencies;
  const head = await lanes.head(lease);
  if (!head) {
    await lanes.release(lease);
    return undefined;
  }
  const { delivery } = head;
  try {
    const outcome = await workOn(lease, head, dependencies);
    const kept = await settlements.settle({ lease, delivery, ...outcome, keepLane });
    // The outcome and the lane's freedom are one commit: all that is lost here is that this process knows of it.
    crashPoint('K11');
    return { delivery, outcome, kept };
  } catch (error) {
    if (error instanceof LeaseLostError) throw error;
    if (error instanceof HeldBackError) {
      await lanes.release(lease);
      return undefined;
    }
    if (isDatabaseFault(error)) {
      // Not the delivery's fault, so it is not counted: where it stands is on disk, and it goes on when the database does.
      // If that is still away, the lease ends by itself.
      await lanes.release(lease, AFTER_DATABASE_TROUBLE_MS).catch(() => undefined);
      throw error;
    }
    const outcome = { settlement: await settleUnforeseen(lease, lanes) };
    await settlements.settle({ lease, delivery, ...outcome });
    return { delivery, outcome, kept: false, error };
  }
}

/**
 * By what is on disk: before an attempt it is tried again, after one it stays in doubt; a person gets it in the end. What
 * the destination failed at is counted apart: an outage must not use these tries up.
 */
async function settleUnforeseen(lease: Lease, lanes: LaneStore): Promise<Settlement> {
  const now = (await lanes.head(lease))?.delivery;
  const before = now?.unforeseen ?? 0;
  const pauseMs = Math.min(1_000 * 2 ** before, 60_000);
  const inDoubt = now?.status === 'sending';
  if (before + 1 >= UNFORESEEN_TRIES) return { to: inDoubt ? 'uncertain' : 'parked', reason: 'unexpected-error' };
  if (inDoubt) return { to: 'sending', lookInMs: pauseMs, after: 'failed-look', unforeseen: true };
  return { to: 'pending', retryInMs: pauseMs, reason: 'unexpected-error', unforeseen: true };
}

async function workOn(lease: Lease, head: LaneHead, dependencies: CarryDependencies): Promise<WritingOutcome> {
  const { delivery, conversation, chat, hasChallenge } = head;
  const { database, lanes, chats, source, openConfigured, fence, health, readLast, logger, onFreeIn, worker } =
    dependencies;
  const configured = await openConfigured(lease.installationId, lease.destinationId);
  // What is in doubt stays that: once settings free it, it is looked for and not just sent.
  const held = delivery.status === 'sending' ? 'uncertain' : 'parked';
  if (configured === 'removed') return { settlement: { to: held, reason: 'destination-removed' } };
  if (configured === 'settings-do-not-fit') return { settlement: { to: held, reason: 'settings-do-not-fit' } };
  const lane: LaneContext = {
    lease,
    configured,
    conversation,
    source,
    chats,
    challenges: createChallengeStore(database),
    hasChallenge,
    gate: createGate(health, { ...lease, type: configured.type }, configured.delivery, logger, onFreeIn),
    fence,
    chat: chat && chats.unseal(lease.laneId, chat),
    identify: () => identify(database, source, conversation),
    readLast: () => readLast({ lease, configured }),
    rememberVisitor: (uniqueId) => rememberVisitor(database, conversation.id, uniqueId),
  };

  const read = READING[delivery.kind];
  if (read) return read(lane, delivery);
  // Ending twice is ending once, so an end in doubt is simply sent again.
  const inDoubt = delivery.status === 'sending' && delivery.kind !== 'end';
  const outcome = await (inDoubt ? resolveDoubt(lane, delivery, lanes) : write(lane, delivery, lanes, worker));
  const pausedMs = inDoubt ? (delivery.lastAttemptAgoMs ?? 0) : 0;
  return { ...outcome, settlement: noLaterThan(outcome.settlement, pausedMs, lane.gate.nextTrialInMs()) };
}

/**
 * The back-off spares a destination, and nobody waits for more. Behind an open breaker one calls at a time anyhow, and
 * of few lanes, or of a single one, one must be there in every interval. What was looked for since its last attempt has been waiting all along.
 */
function noLaterThan(settlement: Settlement, pausedMs: number, nextTrialInMs = Infinity): Settlement {
  if (settlement.to === 'pending') {
    const retryInMs = Math.min(Math.max(settlement.retryInMs - pausedMs, 0), nextTrialInMs);
    return { ...settlement, retryInMs };
  }
  // Between two looks that find nothing lies the settle time, whatever the breaker says.
  if (settlement.to !== 'sending' || settlement.after === 'not-found') return settlement;
  return { ...settlement, lookInMs: Math.min(settlement.lookInMs, nextTrialInMs) };
}

type ReadingStep = (lane: LaneContext, delivery: Delivery) => Promise<StepOutcome>;

const READING: Partial<Record<Delivery['kind'], ReadingStep>> = {
  transcript: readTranscript,
  transfer: readTransfer,
  'visitor-update': readVisitorUpdate,
  'closing-answers': readClosingAnswers,
};
