import type { Ledger } from './ledger.ts';
import { jsonObject, type SimulatorAnswer, type SimulatorRequest } from './simulator-server.ts';
import type { XmEffect } from './xm-effects.ts';
import { xmRefusal } from './xm-public-routes.ts';
import { XM_MESSAGE_TYPE, type XmRoom, type XmRooms } from './xm-rooms.ts';
import { syncXmRoom } from './xm-sync.ts';
import { readXmText } from './xm-text.ts';
import type { XmTokens } from './xm-tokens.ts';

export interface XmChatParts {
  tokens: XmTokens;
  rooms: XmRooms;
  ledger: Ledger<XmEffect>;
  files: ReadonlyMap<string, Buffer>;
  handsOutOnce: () => boolean;
}

const PAGE_SIZE = 20;
const DEFAULT_TIMEOUT_MS = 10_000;
const CHAT_PATH = /^\/xm\/api\/chats\/([^/]+)(?:\/(messages|leave|read|typing))?$/;

/** The calls under /xm/api, which all carry the token of a guest. */
export async function answerXmChat(parts: XmChatParts, request: SimulatorRequest): Promise<SimulatorAnswer> {
  const userId = parts.tokens.userOf(request.headers.authorization);
  if (userId === undefined) return xmRefusal(401, 'Access token is not valid.');
  if (request.path === '/xm/api/file' && request.method === 'GET') return download(parts, request);

  const isSync = request.path === '/xm/api/sync' && request.method === 'GET';
  const [, pathId, call = ''] = CHAT_PATH.exec(request.path) ?? [];
  const chatId = isSync ? request.query.get('chatId') : pathId;
  if (chatId === undefined) return xmRefusal(404, 'Not found.');
  const room = roomOf(parts.rooms, userId, chatId);
  if (!room) return xmRefusal(404, 'Chat not found.');
  if (isSync) return sync(parts, room, request);

  switch (`${request.method} ${call}`) {
    case 'POST messages':
      return write(parts, room, request);
    case 'GET messages':
      return history(room, request);
    case 'DELETE leave':
      return leave(parts, room);
    case 'POST read':
    case 'POST typing':
      return { status: 200 };
    case 'GET ':
      return { status: 200, body: describe(room) };
    default:
      return xmRefusal(404, 'Not found.');
  }
}

/** A guest sees its own room, and only until it has left; without an id, the room it is in. */
function roomOf(rooms: XmRooms, userId: string, chatId: string | null): XmRoom | undefined {
  const isMember = ({ members }: XmRoom): boolean => members.some(({ id }) => id === userId);
  if (chatId === null) return rooms.all().find(isMember);
  const room = rooms.get(chatId);
  return room && isMember(room) ? room : undefined;
}

function write({ rooms, ledger }: XmChatParts, room: XmRoom, { body }: SimulatorRequest): SimulatorAnswer {
  const { message: raw, internal = false } = jsonObject(body) ?? {};
  if (typeof raw !== 'string' || raw === '') return xmRefusal(400, 'Message is required.');
  if (typeof internal !== 'boolean') return xmRefusal(400, 'Internal must be a boolean.');
  const { id, name } = room.guest;
  const written = rooms.write(room, { sender: { id, name }, message: raw, internal });
  const { chatId, messageId } = written.id;
  ledger.append({
    kind: 'message',
    chatId,
    messageId,
    sequence: written.sequence,
    text: readXmText(raw),
    raw,
    internal,
  });
  return { status: 201, body: { chatId, messageId } };
}

function history(room: XmRoom, { query }: SimulatorRequest): SimulatorAnswer {
  const offset = Number(query.get('offset') ?? '0');
  if (!Number.isInteger(offset) || offset < 0) return xmRefusal(400, 'Offset is not valid.');
  const type = query.get('type');
  const messages = room.messages
    .slice(0, room.shown)
    .map(({ wire }) => wire)
    .filter(
      (message) => (offset === 0 || message.sequence < offset) && (type === null || String(message.type) === type),
    )
    .reverse()
    .slice(0, PAGE_SIZE);
  return { status: 200, body: { messages } };
}

function leave({ rooms, ledger }: XmChatParts, room: XmRoom): SimulatorAnswer {
  const { id, name } = room.guest;
  room.members = room.members.filter((member) => member.id !== id);
  rooms.write(room, { sender: { id, name }, message: name, type: XM_MESSAGE_TYPE.left });
  ledger.append({ kind: 'leave', chatId: room.chatId });
  return { status: 200 };
}

async function sync(parts: XmChatParts, room: XmRoom, { query, gone }: SimulatorRequest): Promise<SimulatorAnswer> {
  const timeoutMs = Number(query.get('timeout') ?? DEFAULT_TIMEOUT_MS);
  const lastSyncedAt = Number(query.get('lastSyncedAt') ?? '0');
  if (!(timeoutMs >= 0) || !(lastSyncedAt >= 0)) return xmRefusal(400, 'Sync parameters are not valid.');
  const handsOutOnce = parts.handsOutOnce();
  const answer = await syncXmRoom(parts.rooms, room, { timeoutMs, lastSyncedAt, handsOutOnce, gone });
  return answer ? { status: 200, body: answer } : xmRefusal(404, 'Chat not found.');
}

function download({ files }: XmChatParts, { query }: SimulatorRequest): SimulatorAnswer {
  const content = files.get(query.get('id') ?? '');
  return content ? { status: 200, body: content } : xmRefusal(404, 'File not found.');
}

function describe({ chatId, subject, members, guest }: XmRoom): object {
  const lastReadTime = new Date().toISOString().replace('Z', '+00:00');
  return {
    id: chatId,
    subject,
    group: true,
    liveAssistance: true,
    members: members.map((user) => ({ user, lastReadTime })),
    guest: { id: guest.id, name: guest.name, email: guest.email, sourceUrl: guest.sourceUrl },
  };
}
