import type { DomainEvent } from '../bridge/domain-events.ts';
import { storableText } from '../persistence/storable-text.ts';
import { bodyFormat, parseBody } from './body-format.ts';
import { PUSH_TYPES, pushSchema, pushToDomainEvent } from './push-schemas.ts';
import { WEBHOOK_TYPES, webhookSchema } from './webhook-schemas.ts';
import { type EventTarget, targetOf, toDomainEvent } from './webhook-to-domain.ts';

/** Which door an event came through. */
export type EventSource = 'webhook' | 'push';

export type QuarantineReason =
  | 'strange-content-type'
  | 'does-not-parse'
  | 'no-event-type'
  | 'shape-does-not-fit'
  | 'unknown-installation'
  | 'planning-failed';

interface Named {
  eventId?: string | undefined;
  eventType?: string | undefined;
}

/** What a stored event says; the same bytes always read the same. */
export type ReadEvent = Named &
  (
    | { status: 'quarantined'; reason: QuarantineReason }
    | { status: 'ignored'; target?: EventTarget; clientId?: string | undefined }
    | { status: 'accepted'; target: EventTarget; clientId?: string | undefined; event: DomainEvent }
  );

const MAX_EVENT_ID = 200;

/** Reads an event's bytes. Never throws: whatever iAdvize signed is worth keeping, understood or not. */
export function readEvent(source: EventSource, contentType: string | undefined, body: Uint8Array): ReadEvent {
  const format = bodyFormat(contentType);
  if (format === 'strange') return { status: 'quarantined', reason: 'strange-content-type' };
  const value = parseBody(body, format);
  if (value === undefined) return { status: 'quarantined', reason: 'does-not-parse' };
  return source === 'webhook' ? readWebhook(value) : readPush(value);
}

// Written out member by member: an object that is spread from others takes longer than its parsing.
function readWebhook(value: Record<string, unknown>): ReadEvent {
  const eventId = textOf(value['eventId'], MAX_EVENT_ID);
  const eventType = textOf(value['eventType'], 100);
  if (eventType === undefined) return { eventId, eventType, status: 'quarantined', reason: 'no-event-type' };
  if (!WEBHOOK_TYPES.has(eventType)) return { eventId, eventType, status: 'ignored' };
  const parsed = webhookSchema.safeParse(withoutEmpty(value));
  if (!parsed.success) return { eventId, eventType, status: 'quarantined', reason: 'shape-does-not-fit' };
  const { clientId } = parsed.data;
  const target = targetOf(parsed.data);
  const event = toDomainEvent(parsed.data);
  if (!event) return { eventId, eventType, status: 'ignored', target, clientId };
  return { eventId, eventType, status: 'accepted', target, clientId, event };
}

function readPush(value: Record<string, unknown>): ReadEvent {
  const eventType = textOf(value['name'], 100);
  if (eventType === undefined) return { status: 'quarantined', reason: 'no-event-type' };
  if (!PUSH_TYPES.has(eventType)) return { eventType, status: 'ignored' };
  const parsed = pushSchema.safeParse(withoutEmpty(value));
  if (!parsed.success) return { eventType, status: 'quarantined', reason: 'shape-does-not-fit' };
  const event = pushToDomainEvent(parsed.data);
  if (!event || !('website_id' in parsed.data.parameters)) return { eventType, status: 'ignored' };
  const website = parsed.data.parameters.website_id;
  return { eventType, status: 'accepted', target: { by: 'website', website }, event };
}

/** A member that is null or an empty text says nothing; leaving it out is how the schemas know that. */
function withoutEmpty(value: Record<string, unknown>): Record<string, unknown> {
  const saysNothing = (member: unknown): boolean => member === null || member === '';
  // Most have none, and an object that is made from its entries is slow to read.
  if (!Object.values(value).some(saysNothing)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, member]) => !saysNothing(member)));
}

function textOf(value: unknown, maxLength: number): string | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && text.length <= maxLength && /^[^\p{Cc}]+$/u.test(text)
    ? storableText(text)
    : undefined;
}
