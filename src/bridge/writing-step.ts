import { DestinationFailure } from '../destinations/destination-failure.ts';
import { crashPoint } from '../observability/crash-point.ts';
import type { AttemptOutcome, Delivery, Payloads } from './delivery.ts';
import type { Report } from './destination-gate.ts';
import { messageKey } from './doubt-step.ts';
import { outcomeOf, retryOrPark, settleFailure, type StepOutcome } from './failure-settlement.ts';
import { hashOf, type LaneContext } from './lane-context.ts';
import type { AttemptContent, LaneStore } from './lane-store.ts';
import { messageParts } from './reading-steps.ts';
import { prepareStart, started } from './start-step.ts';
import { LATEST_START_MS } from './write-fence.ts';

export type WritingOutcome = StepOutcome & { attempt?: { id: string; outcome: AttemptOutcome } };

/**
 * Sends the head of a lane: the attempt is on disk before a byte leaves, and its lease was still ours at that moment.
 * Throws `LeaseLostError` and `HeldBackError`; every other failure is an outcome.
 */
export async function write(
  lane: LaneContext,
  delivery: Delivery,
  lanes: LaneStore,
  worker: string,
): Promise<WritingOutcome> {
  // Whatever an earlier attempt left in doubt has been looked for by now, so nothing is said to be old that arrived.
  if (delivery.tooOld) return { settlement: { to: 'expired', reason: 'too-old' } };
  const attempting: Attempting = (content, call) => attempt(lane, delivery, lanes, worker, content, call);

  switch (delivery.kind) {
    case 'start': {
      const prepared = await prepareStart(lane, delivery);
      if (!('context' in prepared)) return prepared;
      const sealed = { prepared: lane.chats.sealStart(lane.lease.laneId, prepared) };
      // What a start says stands in the remote transcript like any other text.
      const says = lane.configured.capabilities.startCarriesText && { hash: hashOf(prepared.context.openingText) };
      return attempting({ ...sealed, ...says }, async () => {
        const challenge = lane.hasChallenge ? await lane.challenges.take(lane.lease) : undefined;
        const context = { ...prepared.context, ...(challenge && { challenge }) };
        return started(lane, prepared, await lane.configured.destination.start(context));
      });
    }
    case 'end':
      return writeEnd(lane, delivery, attempting);
    default:
      return writeMessage(lane, delivery, attempting);
  }
}

type Call = () => Promise<StepOutcome>;
type Attempting = (content: AttemptContent, call: Call) => Promise<WritingOutcome>;

async function attempt(
  lane: LaneContext,
  delivery: Delivery,
  lanes: LaneStore,
  worker: string,
  content: AttemptContent,
  call: Call,
): Promise<WritingOutcome> {
  await lane.gate.pace();
  crashPoint('K7');
  const { id, report, askedAt } = await begin(lane, lanes, [lane.lease, delivery, worker, content]);
  crashPoint('K8');
  // Long enough for the bytes to leave; the test keeps the answer back for longer.
  crashPoint('K9', 300);
  // A frozen process may wake up here long after its lease.
  if (performance.now() - askedAt > LATEST_START_MS) return notBegun(id);
  try {
    const confirm = (): Promise<void> => lanes.confirmAttempt(lane.lease, id);
    const step = await lane.fence.during(askedAt, confirm, call);
    crashPoint('K10');
    await report();
    return { ...step, attempt: { id, outcome: { outcome: 'delivered' } } };
  } catch (error) {
    await report(error);
    const settlement = settleFailure(delivery, error, lane.configured.delivery);
    const outcome = outcomeOf(error);
    const gone = outcome.outcome === 'gone';
    const challenge = error instanceof DestinationFailure ? error.challenge : undefined;
    return {
      settlement,
      attempt: { id, outcome },
      ...(gone && { alongside: (sql) => lane.chats.close(sql, lane.lease, 'gone') }),
      ...(challenge && { alongside: (sql) => lane.challenges.ask(sql, lane.lease, challenge) }),
    };
  }
}

/** No byte has left, so if the lane is still ours the delivery simply comes again. */
function notBegun(id: string): WritingOutcome {
  return {
    settlement: { to: 'pending', retryInMs: 0, reason: 'unexpected-error' },
    attempt: { id, outcome: { outcome: 'notSent', code: 'unexpected-error' } },
  };
}

/** One statement where all is well; only a destination in trouble is asked about by itself. */
async function begin(
  { gate }: LaneContext,
  lanes: LaneStore,
  attempt: Parameters<LaneStore['beginAttempt']>,
): Promise<{ id: string; report: Report; askedAt: number }> {
  let askedAt = performance.now();
  const id = await lanes.beginIfWell(...attempt);
  if (id !== undefined) return { id, report: gate.whenWell('write'), askedAt };
  const report = await gate.ask('write');
  askedAt = performance.now();
  return { id: await lanes.beginAttempt(...attempt), report, askedAt };
}

async function writeMessage(lane: LaneContext, delivery: Delivery, attempting: Attempting): Promise<WritingOutcome> {
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
  return attempting({ hash }, async () => {
    const message = { key: messageKey(lane, delivery), author, text };
    await configured.destination.send(
      { ...chat, updateState: (change) => chats.updateState(lease.laneId, change) },
      message,
    );
    return { settlement: { to: 'delivered' } };
  });
}

/** How often a chat that is to end is tried to be read once more: it must end some day. */
const LAST_READING_TRIES = 5;

async function writeEnd(lane: LaneContext, delivery: Delivery, attempting: Attempting): Promise<WritingOutcome> {
  const { chat, lease, chats, configured } = lane;
  if (!chat) return { settlement: { to: 'skipped', reason: 'no-remote-chat' } };
  if (chat.status !== 'open') return { settlement: { to: 'delivered' } };
  if (configured.destination.receiver?.readBeforeEnd && delivery.failures < LAST_READING_TRIES) {
    const report = await lane.gate.ask('look');
    try {
      await lane.readLast();
      await report();
    } catch (error) {
      if (!(error instanceof DestinationFailure)) throw error;
      await report(error);
      return { settlement: retryOrPark(delivery, error, configured.delivery, error.code) };
    }
  }
  return attempting({}, async () => {
    await configured.destination.end({ ...chat, updateState: (change) => chats.updateState(lease.laneId, change) });
    return { settlement: { to: 'delivered' }, alongside: (sql) => chats.close(sql, lease, 'ended') };
  });
}
