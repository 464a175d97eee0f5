import type { Ledger } from './ledger.ts';
import { jsonObject, type SimulatorAnswer, type SimulatorRequest } from './simulator-server.ts';
import type { XmBehaviour } from './xm-behaviour.ts';
import type { XmEffect } from './xm-effects.ts';
import { downloadXmFile, isXmDownload, uploadXmFile } from './xm-media.ts';
import { xmRefusal } from './xm-public-routes.ts';
import { XM_MESSAGE_TYPE, type XmMessage, type XmRoom, type XmRooms } from './xm-rooms.ts';
import { syncXmRoom } from './xm-sync.ts';
import { readXmText } from './xm-text.ts';
import type { XmTokens } from './xm-tokens.ts';

export interface XmStoredFile {
  content: Buffer;
  contentType: string;
  /** Of the message it came with. */
  type: number;
  /** Its room: who has left that gets it no more. */
  chatId: string;
}

export interface XmChatParts {
  tokens: XmTokens;
  rooms: XmRooms;
  ledger: Ledger<XmEffect>;
  files: Map<string, XmStoredFile>;
  behaviour: XmBehaviour;
}

const PAGE_SIZE = 20;
const CHAT_PATH = /^\/xm\/api\/chats\/([^/]+)(?:\/(messages|leave|read|typing|description|image|video|audio|file))?$/;

/** The calls under /xm/api, which all carry the token of a guest. */
export async function answerXmChat(parts: XmChatParts, request: SimulatorRequest): Promise<SimulatorAnswer> {
  const userId = parts.tokens.userOf(tokenOf(parts.behaviour, request));
  if (userId === undefined) return xmRefusal(401, 'Access token is not valid.');
  if (isXmDownload(request))
    return downloadXmFile(parts, request, (chatId) => roomOf(parts.rooms, userId, chatId) !== undefined);

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
      return history(parts, room, request);
    case 'DELETE leave':
      return leave(parts, room);
    case 'POST read':
    case 'POST typing':
      return { status: 200 };
    case 'POST image':
    case 'POST video':
    case 'POST audio':
    case 'POST file':
      return uploadXmFile(parts, room, call, request);
    case 'POST description':
    case 'GET description':
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

function history({ behaviour }: XmChatParts, room: XmRoom, { query }: SimulatorRequest): SimulatorAnswer {
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
  return { status: 200, body: shaped(behaviour, { messages }) };
}

function leave({ rooms, ledger }: XmChatParts, room: XmRoom): SimulatorAnswer {
  const { id, name } = room.guest;
  room.members = room.members.filter((member) => member.id !== id);
  rooms.write(room, { sender: { id, name }, message: name, type: XM_MESSAGE_TYPE.left });
  ledger.append({ kind: 'leave', chatId: room.chatId });
  return { status: 200 };
}

async function sync(parts: XmChatParts, room: XmRoom, { query, gone }: SimulatorRequest): Promise<SimulatorAnswer> {
  const { behaviour } = parts;
  const timeoutMs = Number(query.get('timeout') ?? NaN);
  const lastSyncedAt = Number(query.get('lastSyncedAt') ?? '0');
  const onBackground = query.get('onBackground') ?? '';
  if (!(timeoutMs >= 0) || !(lastSyncedAt >= 0)) return xmRefusal(400, 'Sync parameters are not valid.');
  if (onBackground !== 'true' && onBackground !== 'false') return xmRefusal(400, 'onBackground must be a boolean.');
  // Sessions are for registered users.
  if (query.has('sessionId')) return xmRefusal(404, 'Session not found.');
  const handsOutOnce = behaviour.syncHandsOutOnce;
  const answer = await syncXmRoom(parts.rooms, room, { timeoutMs, lastSyncedAt, handsOutOnce, gone });
  if (!answer) return xmRefusal(404, 'Chat not found.');
  const isIdle = answer.messages.length === 0 && answer.userTypingEvents === undefined;
  if (!isIdle || behaviour.idleSync === 'full') return { status: 200, body: shaped(behaviour, answer) };
  if (behaviour.idleSync === 'bare') return { status: 200, body: {} };
  return { status: behaviour.idleSync === 'empty' ? 200 : 204 };
}

/** A header carries the token; for files the cookie does too, or alone. */
function tokenOf({ mediaByCookie, knowsLegacyHeaderOnly }: XmBehaviour, request: SimulatorRequest): string | undefined {
  const { authorization = '', cookie = '', 'x-authorization-token': legacy } = request.headers;
  const bearer = knowsLegacyHeaderOnly ? String(legacy) : /^Bearer (.+)$/i.exec(authorization)?.[1];
  if (!isXmDownload(request)) return bearer;
  const [, inCookie] = /(?:^|;\s*)token=([^;]+)/.exec(cookie) ?? [];
  return mediaByCookie ? inCookie : (bearer ?? inCookie);
}

function shaped({ hidesSequences, hidesNotes, wrapsAnswers }: XmBehaviour, answer: { messages: XmMessage[] }): object {
  const messages = answer.messages
    .filter(({ internal }) => !hidesNotes || !internal)
    .map((message) => (hidesSequences ? { ...message, sequence: undefined } : message));
  const body = { ...answer, messages };
  return wrapsAnswers ? { status: 0, message: 'Success', errors: [], data: body } : body;
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
