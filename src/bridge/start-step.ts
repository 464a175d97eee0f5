import type { StartContext, VisitorDetails } from '../destinations/contract.ts';
import type { StartedChat } from '../destinations/remote-chat.ts';
import { splitText } from '../destinations/split-text.ts';
import { SourceUnavailableError } from './conversation-source.ts';
import { listenerOf } from './ensure-listener.ts';
import type { Delivery, NewDelivery, Payloads } from './delivery.ts';
import type { LaneContext } from './lane-context.ts';
import { messageParts, nameAgent, retryReading } from './reading-steps.ts';
import { renderContext } from './render-message.ts';
import type { Identity } from './same-conversation.ts';
import type { Settled } from './settlement-store.ts';

/** How often the visitor's details are asked for before the chat starts without them: a waiting visitor comes first. */
const DETAILS_TRIES = 3;
/** What the source may ask to wait for them, in ms; where it asks for more, the chat starts without them at once. */
const LONGEST_DETAILS_WAIT_MS = 10_000;

/** A start that is ready to leave: everything that must be read has been read. */
export interface PreparedStart {
  context: StartContext;
  visitor: VisitorDetails;
  /** What of the context message the start itself does not carry. */
  parts: NewDelivery[];
}

/** What the first attempt was made of; before it, who the visitor is. A settlement means "not now". */
export async function prepareStart(
  lane: LaneContext,
  delivery: Delivery,
): Promise<PreparedStart | Pick<Settled, 'settlement'>> {
  if (delivery.prepared === undefined) return readStart(lane, delivery);
  return lane.chats.openStart(lane.lease.laneId, delivery.prepared) as PreparedStart;
}

async function readStart(lane: LaneContext, delivery: Delivery): Promise<PreparedStart | Pick<Settled, 'settlement'>> {
  const { conversation, configured } = lane;
  const { startUnheard } = delivery.payload as Payloads['start'];
  const identity = await readIdentity(lane, delivery);
  if (identity === 'another') return { settlement: { to: 'skipped', reason: 'same-conversation' } };
  const visitor = identity === 'itself' ? await readVisitor(lane, delivery) : identity;
  if (visitor instanceof SourceUnavailableError) return retryReading(lane, delivery, visitor.retryAfterMs);
  const text = renderContext({
    conversationId: conversation.id,
    siteLabel: configured.siteLabel,
    channel: conversation.channel,
    agentName: conversation.operatorId === undefined ? undefined : await nameAgent(lane, conversation.operatorId),
    visitor: visitor.details,
    visitorUnreadable: visitor.unreadable,
    startUnheard,
  });
  const limit = configured.delivery.textLimit;
  const [openingText = '', ...rest] = splitText(text, limit);
  const remaining = configured.capabilities.startCarriesText ? rest.join('') : text;
  return {
    context: { conversationId: conversation.id, visitor: visitor.details, openingText },
    visitor: visitor.details,
    parts: remaining === '' ? [] : messageParts('context', 'notice', remaining, limit),
  };
}

const isWorthWaiting = ({ failures }: Delivery, { retryAfterMs = 0 }: SourceUnavailableError): boolean =>
  failures < DETAILS_TRIES && retryAfterMs <= LONGEST_DETAILS_WAIT_MS;

/** A second chat is a lesser evil than a visitor who waits for good. */
async function readIdentity(lane: LaneContext, delivery: Delivery): Promise<Identity | SourceUnavailableError> {
  try {
    return await lane.identify();
  } catch (error) {
    if (!(error instanceof SourceUnavailableError)) throw error;
    return isWorthWaiting(delivery, error) ? error : 'itself';
  }
}

type ReadVisitor = { details: VisitorDetails; unreadable?: Parameters<typeof renderContext>[0]['visitorUnreadable'] };

async function readVisitor(lane: LaneContext, delivery: Delivery): Promise<ReadVisitor | SourceUnavailableError> {
  const { source, conversation } = lane;
  const anonymous: VisitorDetails = {
    ...(conversation.visitorId !== undefined && { uniqueId: conversation.visitorId }),
  };
  try {
    const visitor = await source.visitor(conversation);
    if ('details' in visitor) {
      const { uniqueId } = visitor.details;
      if (uniqueId !== undefined && uniqueId !== conversation.visitorId) await lane.rememberVisitor(uniqueId);
      return { details: { ...anonymous, ...visitor.details } };
    }
    return { details: anonymous, unreadable: visitor.unreadable };
  } catch (error) {
    if (!(error instanceof SourceUnavailableError)) throw error;
    if (isWorthWaiting(delivery, error)) return error;
    return { details: anonymous, unreadable: 'source-unavailable' };
  }
}

/** What follows from a chat that exists now, whether this attempt made it or an earlier one did. */
export function started({ chats, lease, configured }: LaneContext, prepared: PreparedStart, chat: StartedChat) {
  return {
    settlement: { to: 'delivered', parts: prepared.parts },
    chat: { ...chats.seal(lease, chat, prepared.visitor), listener: listenerOf(lease, configured) },
  } satisfies Pick<Settled, 'settlement' | 'chat'>;
}
