import { Router } from 'express';
import type { Database } from '../persistence/database.ts';
import {
  conversationQuery,
  conversationSchema,
  type ShownConversation,
  type ShownLive,
  type ShownRemoteFile,
} from './conversation-schemas.ts';
import { type ConversationRows, conversationIdMeant, MOST_ROWS, readConversation } from './conversation-store.ts';
import { type TimelineMessage, toConversation } from './conversation-timeline.ts';

/** What remote agents wrote, and what is encrypted otherwise: opened by those who keep it. */
export interface ConversationRecords {
  messages: { list(laneIds: readonly string[], limit: number): Promise<Omit<TimelineMessage, 'files'>[]> };
  files: { list(messageIds: readonly string[]): Promise<KeptFile[]> };
  links: { make(fileId: string): string };
  /** Asks the chat system itself; undefined when there is no chat. */
  readLive(lane: ConversationRows['lanes'][number]): Promise<LiveChat | undefined>;
  /** The text a chat was started with. */
  openingText(laneId: string, prepared: string): string;
}

type LiveChat =
  | { failure: string }
  | { texts: { author: { role: string; name?: string }; text: string; sentAt?: Date; files: readonly string[] }[] };

interface KeptFile {
  id: string;
  messageId: string;
  name: string;
  status: ShownRemoteFile['status'];
  reason: string | undefined;
  contentType: string | undefined;
  size: number | undefined;
}

/** `GET /admin/api/conversations/:id` (product 3). Mount behind the admin guard. */
export function conversationRoutes(database: Database, records: ConversationRecords): Router {
  const router = Router();
  router.get('/admin/api/conversations/:id', async (request, response) => {
    const { live } = conversationQuery.parse(request.query);
    const id = await conversationIdMeant(database, request.params.id);
    response.json(await showConversation(database, records, id, live));
  });
  return router;
}

/** `id`: the conversation's own. `live`: the chat systems are asked as well. */
export async function showConversation(
  database: Database,
  records: ConversationRecords,
  id: string,
  live: boolean,
): Promise<ShownConversation> {
  const rows = await readConversation(database, id);
  const messages = await openMessages(rows, records);
  const liveChats = live ? await readLiveChats(rows, records) : new Map<string, ShownLive>();
  const shown = toConversation(rows, { messages, openingTexts: openTexts(rows, records), liveChats });
  return conversationSchema.parse(shown);
}

async function openMessages({ lanes }: ConversationRows, records: ConversationRecords): Promise<TimelineMessage[]> {
  const laneIds = lanes.map((lane) => lane.id);
  const messages = await records.messages.list(laneIds, MOST_ROWS + 1);
  const files = await records.files.list(messages.map((message) => message.id));
  return messages.map((message) => ({
    ...message,
    files: files.filter((file) => file.messageId === message.id).map((file) => toShownFile(file, records)),
  }));
}

/** By lane. */
async function readLiveChats(
  { lanes }: ConversationRows,
  records: ConversationRecords,
): Promise<Map<string, ShownLive>> {
  const read = await Promise.all(lanes.map(async (lane) => ({ lane, chat: await records.readLive(lane) })));
  return new Map(read.flatMap(({ lane, chat }) => (chat ? [[lane.id, toShownLive(chat)] as const] : [])));
}

function toShownLive(chat: LiveChat): ShownLive {
  const readAt = new Date();
  if ('failure' in chat) return { readAt, failure: chat.failure, shows: [] };
  const shows = chat.texts.map(({ author: { role, name }, text, sentAt, files }) => {
    return { author: role, name: name ?? null, text, sentAt: sentAt ?? null, files: [...files] };
  });
  return { readAt, failure: null, shows };
}

function toShownFile(file: KeptFile, { links }: ConversationRecords): ShownRemoteFile {
  return {
    name: file.name,
    status: file.status,
    reason: file.reason ?? null,
    contentType: file.contentType ?? null,
    size: file.size ?? null,
    url: file.status === 'hosted' ? links.make(file.id) : null,
  };
}

/** A start has a hash only where it carried its text. */
function openTexts({ deliveries }: ConversationRows, records: ConversationRecords): Map<bigint, string> {
  const starts = deliveries.filter((one) => one.kind === 'start' && one.contentHash !== null && one.prepared !== null);
  return new Map(starts.map((one) => [one.id, records.openingText(one.laneId, one.prepared ?? '')]));
}
