import { DestinationFailure } from '../destinations/destination-failure.ts';
import { SourceUnavailableError } from './conversation-source.ts';
import type { Delivery, Payloads } from './delivery.ts';
import { pauseMs, retryOrPark, type StepOutcome } from './failure-settlement.ts';
import { hashOf, type LaneContext, type UncertainPolicy } from './lane-context.ts';
import type { LaneStore } from './lane-store.ts';
import { prepareStart, started } from './start-step.ts';
import { settleUntold } from './uncertain-policy.ts';
import { LATEST_START_MS } from './write-fence.ts';

/** "Not there" is believed at the second reading, at least a settle time after the first: the remote may still be writing. */
const READINGS = 2;

/**
 * An earlier attempt may have arrived: looks before anything is sent again. Found: delivered. Not found twice: sent
 * again. Where nobody can tell, the installation's policy decides, never this code in silence. Throws
 * `HeldBackError`, and whatever is not the chat system's or the source's.
 */
export async function resolveDoubt(lane: LaneContext, delivery: Delivery, lanes: LaneStore): Promise<StepOutcome> {
  try {
    return delivery.kind === 'start' ? await resolveStart(lane, delivery) : await resolveMessage(lane, delivery, lanes);
  } catch (error) {
    if (error instanceof DestinationFailure || error instanceof SourceUnavailableError) {
      return settleFailedLook(lane, delivery, error);
    }
    throw error;
  }
}

async function resolveStart(lane: LaneContext, delivery: Delivery): Promise<StepOutcome> {
  // An empty room beside the real one is the lesser harm: a start is sent again unless the installation says otherwise.
  if (!lane.configured.capabilities.canFindStarted) return nobodyCanTell(lane, delivery, 'resend');
  const prepared = await prepareStart(lane, delivery);
  if (!('context' in prepared)) throw new SourceUnavailableError('the visitor is needed to look for the chat');
  const since = delivery.firstAttemptAt ?? new Date(0);
  const isTaken = (remoteId: string): Promise<boolean> => lane.chats.isTaken(lane.lease, remoteId);
  const { destination } = lane.configured;
  const { seen, tookMs } = await look(lane, () => destination.findStarted(prepared.context, since, isTaken));
  if (seen.outcome === 'sent') return started(lane, prepared, seen.chat);
  return seen.outcome === 'cannotTell' ? nobodyCanTell(lane, delivery, 'resend') : notFound(lane, delivery, tookMs);
}

async function resolveMessage(lane: LaneContext, delivery: Delivery, lanes: LaneStore): Promise<StepOutcome> {
  const { chat, lease, chats, configured } = lane;
  if (!chat) return { settlement: { to: 'skipped', reason: 'no-remote-chat' } };
  const { text } = delivery.payload as Payloads['message'];
  const equal = await lanes.countEqual(lease, hashOf(text));
  const remote = {
    ...chat,
    updateState: (change: (stored: unknown) => unknown) => chats.updateState(lease.laneId, change),
  };
  const message = { key: messageKey(lane, delivery), text, ...equal };
  const { seen, tookMs } = await look(lane, () => configured.destination.findSent(remote, message));
  if (seen === 'sent') return { settlement: { to: 'delivered' } };
  return seen === 'cannotTell' ? nobodyCanTell(lane, delivery, 'hold') : notFound(lane, delivery, tookMs);
}

interface Look<Seen> {
  seen: Seen;
  tookMs: number;
}

async function look<Seen>({ gate }: LaneContext, call: () => Promise<Seen>): Promise<Look<Seen>> {
  const report = await gate.ask('look');
  const askedAt = performance.now();
  try {
    const seen = await call();
    const tookMs = performance.now() - askedAt;
    await report();
    return { seen, tookMs };
  } catch (error) {
    await report(error);
    throw error;
  }
}

/**
 * A worker that was only cut off from the database may still be sending: its attempt counts as over when the latest
 * start of a call, its longest time and the settle time have passed. A remote that left us waiting for an answer may
 * be as slow to carry out what it was sent: it may have put that behind our look, which came over another connection.
 */
function notFound({ configured }: LaneContext, delivery: Delivery, tookMs: number): StepOutcome {
  const { settleMs, sendTimeoutMs } = configured.delivery;
  const { orphanedForMs = Infinity, lastAttemptTookMs = 0 } = delivery;
  const mayStillArriveMs = Math.max(LATEST_START_MS + sendTimeoutMs + settleMs - orphanedForMs, 0);
  if (delivery.looks + 1 >= READINGS && mayStillArriveMs === 0) {
    return { settlement: retryOrPark(delivery, undefined, configured.delivery, 'no-answer') };
  }
  const lookInMs = Math.ceil(Math.max(settleMs, tookMs, lastAttemptTookMs, mayStillArriveMs));
  return { settlement: { to: 'sending', lookInMs, after: 'not-found' } };
}

/** A look that failed tells nothing: it is repeated by the back-off, until it is clear that nobody will be able to tell. */
function settleFailedLook(
  { configured }: LaneContext,
  delivery: Delivery,
  error: DestinationFailure | SourceUnavailableError,
): StepOutcome {
  const { delivery: settings } = configured;
  // Where a person can mend what keeps us from looking, a start waits for that: one chat and never two.
  const otherwise = 'hold';
  if (error instanceof DestinationFailure && (error.kind === 'refused' || error.kind === 'gone')) {
    return { settlement: settleUntold(configured, delivery, { reason: error.code, otherwise, error }) };
  }
  if (delivery.failingForMs > settings.retryForMs) {
    return { settlement: settleUntold(configured, delivery, { reason: 'retries-exhausted', otherwise }) };
  }
  return { settlement: { to: 'sending', lookInMs: pauseMs(delivery, error, settings), after: 'failed-look' } };
}

function nobodyCanTell({ configured }: LaneContext, delivery: Delivery, otherwise: UncertainPolicy): StepOutcome {
  return { settlement: settleUntold(configured, delivery, { reason: 'no-answer', otherwise }) };
}

/** The same on every attempt. */
export const messageKey = ({ lease }: LaneContext, delivery: Delivery): string => `${lease.laneId}#${delivery.key}`;
