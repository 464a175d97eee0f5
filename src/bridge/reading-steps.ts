import { splitText } from '../destinations/split-text.ts';
import {
  type Author,
  type ConversationSource,
  SourceUnavailableError,
  type Unreadable,
} from './conversation-source.ts';
import type { Delivery, NewDelivery, Payloads } from './delivery.ts';
import type { LaneContext } from './lane-context.ts';
import { renderEntry, renderTransfer, renderUnreadableTranscript, renderVisitorChange } from './render-message.ts';
import { retryPauseMs } from './retry-policy.ts';
import type { Settled } from './settlement-store.ts';

/** A conversation that closed this moment may not be readable yet: how often "not found" is asked again. */
const NOT_FOUND_TRIES = 3;
const VISITOR_TRIES = 5;
/** A chat goes on without news of its visitor rather than standing still. */
const LONGEST_VISITOR_WAIT_MS = 10_000;

type Outcome = Pick<Settled, 'settlement' | 'alongside'>;

/** Messages for a text that may be longer than the destination takes; none for a blank one. Keys stay the same however often this is done. */
export function messageParts(key: string, author: Author, text: string, limit: number): NewDelivery<'message'>[] {
  // Chat systems refuse an empty message, and a refusal would stop the lane.
  const texts = splitText(text, limit).filter((part) => part.trim() !== '');
  return texts.map((part, index) => ({
    key: texts.length === 1 ? key : `${key}/${index + 1}`,
    kind: 'message',
    payload: { author, text: part },
  }));
}

/** The history after the close: every entry becomes a message in its order, or one note says why there is none. */
export async function readTranscript(context: LaneContext, delivery: Delivery): Promise<Outcome> {
  const { source, conversation } = context;
  const { textLimit: limit, retryForMs } = context.configured.delivery;
  const patient = delivery.failingForMs < retryForMs;
  const note = (reason: Unreadable | 'source-unavailable'): Outcome => {
    const parts = messageParts('transcript:note', 'notice', renderUnreadableTranscript(reason), limit);
    return { settlement: { to: 'skipped', reason, parts } };
  };
  try {
    const transcript = await source.transcript(conversation);
    if ('entries' in transcript) {
      const parts = transcript.entries.flatMap((entry, index) =>
        messageParts(`transcript:${index + 1}`, entry.author, renderEntry(entry), limit),
      );
      return { settlement: { to: 'delivered', parts } };
    }
    const mayAppear = transcript.unreadable === 'not-found' && delivery.failures < NOT_FOUND_TRIES;
    const mayMend = transcript.unreadable === 'bad-answer' && patient;
    return mayAppear || mayMend ? retryReading(context, delivery, undefined) : note(transcript.unreadable);
  } catch (error) {
    if (!(error instanceof SourceUnavailableError)) throw error;
    const inTime = delivery.failingForMs + (error.retryAfterMs ?? 0) < retryForMs;
    return inTime ? retryReading(context, delivery, error.retryAfterMs) : note('source-unavailable');
  }
}

export async function readTransfer(context: LaneContext, delivery: Delivery): Promise<Outcome> {
  const { operatorId } = delivery.payload as Payloads['transfer'];
  const text = renderTransfer(operatorId === null ? undefined : await nameAgent(context, operatorId));
  return {
    settlement: {
      to: 'delivered',
      parts: messageParts(delivery.key + ':note', 'notice', text, context.configured.delivery.textLimit),
    },
  };
}

/** Tells an open chat which contact fields changed since it was told last; nothing when none did. */
export async function readVisitorUpdate(context: LaneContext, delivery: Delivery): Promise<Outcome> {
  const { chat, chats, lease, source, conversation } = context;
  if (chat?.status !== 'open') return { settlement: { to: 'skipped', reason: 'chat-over' } };
  try {
    const visitor = await source.visitor(conversation);
    if (!('details' in visitor)) return { settlement: { to: 'skipped', reason: visitor.unreadable } };
    const text = renderVisitorChange(chat.visitor, visitor.details);
    if (text === undefined) return { settlement: { to: 'delivered' } };
    return {
      settlement: {
        to: 'delivered',
        parts: messageParts(delivery.key + ':note', 'notice', text, context.configured.delivery.textLimit),
      },
      alongside: (sql) => chats.setVisitor(sql, lease, visitor.details),
    };
  } catch (error) {
    if (!(error instanceof SourceUnavailableError)) throw error;
    const soon = (error.retryAfterMs ?? 0) <= LONGEST_VISITOR_WAIT_MS;
    if (soon && delivery.failures < VISITOR_TRIES) return retryReading(context, delivery, error.retryAfterMs);
    return { settlement: { to: 'skipped', reason: 'source-unavailable' } };
  }
}

/** The agent as a person can recognise them: by name, else by number. */
export async function nameAgent(
  { source, conversation }: { source: ConversationSource; conversation: { installationId: string } },
  operatorId: string,
): Promise<string> {
  return (await source.operatorName(conversation.installationId, operatorId)) ?? `agent ${operatorId}`;
}

/** `retryAfterMs`: how long the source asked to be left alone. */
export function retryReading(
  { configured }: LaneContext,
  delivery: Delivery,
  retryAfterMs: number | undefined,
): Outcome {
  const retryInMs = retryPauseMs(delivery.failures + 1, configured.delivery, retryAfterMs);
  return { settlement: { to: 'pending', retryInMs, reason: 'source-unavailable' } };
}
