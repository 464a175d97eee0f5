import type { AttemptOutcome, Delivery, Payloads } from './delivery.ts';
import { messageKey } from './doubt-step.ts';
import { outcomeOf, settleFailure, type StepOutcome } from './failure-settlement.ts';
import { hashOf, type LaneContext } from './lane-context.ts';
import type { AttemptContent, LaneStore } from './lane-store.ts';
import { messageParts } from './reading-steps.ts';
import { prepareStart, started } from './start-step.ts';

export type WritingOutcome = StepOutcome & { attempt?: { id: string; outcome: AttemptOutcome } };

/**
 * Sends the head of a lane: the attempt is on disk before a byte leaves, and its lease was still ours at that moment.
 * Throws `LeaseLostError`; every other failure is an outcome.
 */
export async function write(
  lane: LaneContext,
  delivery: Delivery,
  lanes: LaneStore,
  worker: string,
): Promise<WritingOutcome> {
  const attempting: Attempting = (content, call) => attempt(lane, delivery, lanes, worker, content, call);

  switch (delivery.kind) {
    case 'start': {
      const prepared = await prepareStart(lane, delivery);
      if (!('context' in prepared)) return prepared;
      const sealed = { prepared: lane.chats.sealStart(lane.lease.laneId, prepared) };
      return attempting(sealed, async () =>
        started(lane, prepared, await lane.configured.destination.start(prepared.context)),
      );
    }
    case 'end':
      return writeEnd(lane, attempting);
    default:
      return writeMessage(lane, delivery, lanes, attempting);
  }
}

type Attempting = (content: AttemptContent, call: () => Promise<StepOutcome>) => Promise<WritingOutcome>;

async function attempt(
  lane: LaneContext,
  delivery: Delivery,
  lanes: LaneStore,
  worker: string,
  content: AttemptContent,
  call: () => Promise<StepOutcome>,
): Promise<WritingOutcome> {
  const id = await lanes.beginAttempt(lane.lease, delivery, worker, content);
  try {
    return { ...(await call()), attempt: { id, outcome: { outcome: 'delivered' } } };
  } catch (error) {
    const settlement = settleFailure(delivery, error, lane.configured.delivery);
    const outcome = outcomeOf(error);
    const gone = outcome.outcome === 'gone';
    return {
      settlement,
      attempt: { id, outcome },
      ...(gone && { alongside: (sql) => lane.chats.close(sql, lane.lease, 'gone') }),
    };
  }
}

async function writeMessage(
  lane: LaneContext,
  delivery: Delivery,
  lanes: LaneStore,
  attempting: Attempting,
): Promise<WritingOutcome> {
  const { chat, lease, chats, configured } = lane;
  const { author, text } = delivery.payload as Payloads['message'];
  // Its start was passed over by a person or a policy, so there is nobody to talk to.
  if (!chat) return { settlement: { to: 'skipped', reason: 'no-remote-chat' } };
  // A note about a chat that has ended has nobody to read it; it stays on the timeline. A message is a person's words.
  if (chat.status !== 'open') {
    return { settlement: { to: author === 'notice' ? 'skipped' : 'parked', reason: 'chat-over' } };
  }
  if (text.length > configured.delivery.textLimit && delivery.part === 0) {
    return {
      settlement: { to: 'delivered', parts: messageParts(delivery.key, author, text, configured.delivery.textLimit) },
    };
  }
  const hash = hashOf(text);
  const equalBefore = await lanes.countDelivered(lease, hash);
  const message = { key: messageKey(lane, delivery), text, equalBefore };
  return attempting({ hash }, async () => {
    await configured.destination.send({ ...chat, saveState: (state) => chats.saveState(lease, state) }, message);
    return { settlement: { to: 'delivered' } };
  });
}

async function writeEnd(lane: LaneContext, attempting: Attempting): Promise<WritingOutcome> {
  const { chat, lease, chats, configured } = lane;
  if (!chat) return { settlement: { to: 'skipped', reason: 'no-remote-chat' } };
  if (chat.status !== 'open') return { settlement: { to: 'delivered' } };
  return attempting({}, async () => {
    await configured.destination.end({ ...chat, saveState: (state) => chats.saveState(lease, state) });
    return { settlement: { to: 'delivered' }, alongside: (sql) => chats.close(sql, lease, 'ended') };
  });
}
