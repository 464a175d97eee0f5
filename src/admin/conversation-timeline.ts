import { z } from 'zod';
import type {
  ShownConversation,
  ShownDestination,
  ShownLive,
  ShownRemoteFile,
  ShownText,
  TimelineEntry,
} from './conversation-schemas.ts';
import { type ConversationRows, MOST_ROWS } from './conversation-store.ts';

/** A message of a remote agent as it is stored, its files with it. */
export interface TimelineMessage {
  id: string;
  laneId: string;
  role: string;
  authorName: string | undefined;
  text: string;
  sentAt: Date | undefined;
  receivedAt: Date;
  status: string;
  files: ShownRemoteFile[];
}

/** What is encrypted in the tables, opened. */
export interface OpenedRecords {
  messages: readonly TimelineMessage[];
  /** The text that a start carried, by delivery. */
  openingTexts: ReadonlyMap<bigint, string>;
  /** What the chat systems show now, by lane. */
  liveChats: ReadonlyMap<string, ShownLive>;
}

type Delivery = ConversationRows['deliveries'][number];
type Lane = ConversationRows['lanes'][number];

const messagePayload = z.object({ author: z.string(), text: z.string() });

export function toConversation(rows: ConversationRows, opened: OpenedRecords): ShownConversation {
  const { id, otherIds, conversation, events, lanes, deliveries, listeners } = rows;
  const { messages } = opened;
  const lists = [events, deliveries, messages];
  return {
    id,
    otherIds,
    installation: id.slice(0, id.indexOf(':')),
    channel: conversation?.channel ?? null,
    startedAt: conversation?.startedAt ?? null,
    closedAt: conversation?.closedAt ?? null,
    satisfaction: conversation?.satisfaction ?? null,
    destinations: lanes.map((lane) => ({
      destination: lane.destinationId,
      pending: lane.pending,
      blocked: lane.blocked,
      remoteChat: toRemoteChat(lane, deliveries, opened),
      live: opened.liveChats.get(lane.id) ?? null,
      listener: toListener(
        // One that reads all chats of the destination is this chat's only while there is something to read here.
        listeners.find(({ id }) => id === lane.id) ??
          (lane.remoteChat?.listening === true
            ? listeners.find(({ id }) => id === `${lane.installationId}/${lane.destinationId}`)
            : undefined),
      ),
    })),
    timeline: [
      ...events.slice(0, MOST_ROWS).map(toEvent),
      ...lanes.flatMap(toChatEntries),
      ...deliveries.slice(0, MOST_ROWS).flatMap((delivery) => toDeliveryEntries(delivery, lanes)),
      ...messages.slice(0, MOST_ROWS).map((message) => toMessageEntry(message, lanes)),
    ].sort((a, b) => a.at.getTime() - b.at.getTime()),
    truncated: lists.some((list) => list.length > MOST_ROWS),
  };
}

function toRemoteChat({ id, remoteChat }: Lane, deliveries: readonly Delivery[], opened: OpenedRecords) {
  if (!remoteChat) return null;
  const { remoteId, status, openedAt, endedAt, endReason } = remoteChat;
  const ours = deliveries.filter((one) => one.laneId === id).flatMap((one) => toSent(one, opened.openingTexts));
  const theirs = opened.messages
    .filter((message) => message.laneId === id)
    .map(({ receivedAt, role, authorName, text, files }): ShownText => {
      return { at: receivedAt, from: 'remote', author: role, name: authorName ?? null, text, files };
    });
  const shows = [...ours, ...theirs].sort((a, b) => a.at.getTime() - b.at.getTime());
  return { remoteId, status, openedAt, endedAt, endReason, shows };
}

/** The text of a delivery that arrived, where it has one. */
function toSent(delivery: Delivery, openingTexts: OpenedRecords['openingTexts']): ShownText[] {
  if (delivery.status !== 'delivered' || delivery.contentHash === null || !delivery.settledAt) return [];
  const shared = { at: delivery.settledAt, from: 'connector' as const, name: null, files: [] };
  const opening = openingTexts.get(delivery.id);
  if (opening !== undefined) return [{ ...shared, author: 'notice', text: opening }];
  const payload = messagePayload.safeParse(delivery.payload);
  return payload.success ? [{ ...shared, ...payload.data }] : [];
}

function toListener(row: ConversationRows['listeners'][number] | undefined): ShownDestination['listener'] {
  if (!row) return null;
  const { id, leaseOwner: worker, leaseUntil, nextAt, hintedAt, lastReadAt, failures, lastFailure } = row;
  return { id, worker, leaseUntil, nextAt, hintedAt, lastReadAt, failures, lastFailure };
}

function toEvent(row: ConversationRows['events'][number]): TimelineEntry {
  const { status, reason, source, eventType, duplicates, plannedAt, receivedAt: at } = row;
  return { kind: 'event', at, id: String(row.id), status, reason, source, eventType, duplicates, plannedAt };
}

function toChatEntries({ destinationId: destination, remoteChat }: Lane): TimelineEntry[] {
  if (!remoteChat) return [];
  const { remoteId, openedAt, endedAt, endReason } = remoteChat;
  const shared = { destination, remoteId };
  const openedEntry: TimelineEntry = { kind: 'remote-chat-opened', at: openedAt, ...shared, reason: null };
  if (!endedAt) return [openedEntry];
  return [openedEntry, { kind: 'remote-chat-ended', at: endedAt, ...shared, reason: endReason }];
}

function toDeliveryEntries(row: Delivery, lanes: readonly Lane[]): TimelineEntry[] {
  const destination = destinationOf(row.laneId, lanes);
  const id = String(row.id);
  const { status, reason, position, part, settledAt, createdAt: at, kind: carries } = row;
  const event = row.eventId === null ? null : String(row.eventId);
  const attempts = row.attemptRows.map((attempt): TimelineEntry => {
    const { startedAt, number, worker, finishedAt, outcome, code, httpStatus, upstreamRequestId } = attempt;
    const told = { outcome, code, httpStatus, upstreamRequestId };
    return { kind: 'attempt', at: startedAt, delivery: id, destination, number, worker, finishedAt, ...told };
  });
  const shared = { id, destination, carries, status, reason, position, part, event, settledAt };
  return [{ kind: 'delivery', at, ...shared }, ...attempts];
}

function toMessageEntry(message: TimelineMessage, lanes: readonly Lane[]): TimelineEntry {
  const { id, laneId, role: author, authorName, text, sentAt, receivedAt: at, status, files } = message;
  const destination = destinationOf(laneId, lanes);
  const written = { author, name: authorName ?? null, text, sentAt: sentAt ?? null, status, files };
  return { kind: 'remote-message', at, id, destination, ...written };
}

const destinationOf = (laneId: string, lanes: readonly Lane[]): string =>
  lanes.find((lane) => lane.id === laneId)?.destinationId ?? '';
