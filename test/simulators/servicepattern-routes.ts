import { randomUUID } from 'node:crypto';
import type { Ledger } from './ledger.ts';
import { judgeAccess, refuse, type ServicepatternKnown } from './servicepattern-access.ts';
import type { ServicepatternChat, ServicepatternChats } from './servicepattern-chats.ts';
import type { ServicepatternEffect } from './servicepattern-effects.ts';
import { type MultipartFile, readMultipartFile } from './servicepattern-multipart.ts';
import { pollChat } from './servicepattern-polls.ts';
import { sendEvents } from './servicepattern-sending.ts';
import type { ServicepatternSwitches } from './servicepattern-switches.ts';
import { jsonObject, type SimulatorAnswer, type SimulatorRequest } from './simulator-server.ts';

export interface StoredFile extends MultipartFile {
  /** Client id of who uploaded it, or the chat it was sent into. */
  owner: string;
}

export interface ServicepatternParts {
  known: ServicepatternKnown;
  switches: ServicepatternSwitches;
  chats: ServicepatternChats;
  files: Map<string, StoredFile>;
  ledger: Ledger<ServicepatternEffect>;
  answerToSending: (chat: ServicepatternChat) => { body?: object };
}

const PATH = /^\/clientweb\/api\/(v[12])\/(.+)$/;
const CHAT = /^chats\/([^/]+)\/(events|history)$/;
const CHAT_FILE = /^chats\/([^/]+)\/files\/([^/]+)$/;
const FILE_ELSEWHERE = /^\/clientweb\/file\/([^/]+)$/;

const noChat = (): SimulatorAnswer => refuse(404, '5005', 'Chat session is not found');
const noFile = (): SimulatorAnswer => refuse(404, '5502', 'File is not found');

/** Every call of the API, by the version in its path. */
export async function answerServicepattern(
  parts: ServicepatternParts,
  request: SimulatorRequest,
): Promise<SimulatorAnswer> {
  const { known, switches } = parts;
  const [, version, call = ''] = PATH.exec(request.path) ?? [];
  const [, elsewhere] = FILE_ELSEWHERE.exec(request.path) ?? [];
  if (version !== undefined && !switches.versions.includes(version)) return { status: 404 };
  if (version === undefined && elsewhere === undefined) return { status: 404 };
  const caller = judgeAccess(request, known, switches.refusalStatus);
  if ('status' in caller) return caller;
  if (elsewhere !== undefined) return switches.filesElsewhere ? download(parts, elsewhere) : noFile();

  const { clientId } = caller;
  switch (`${request.method} ${call}`) {
    case 'GET availability':
      return { status: 200, body: switches.open ? { chat: 'available', ewt: '3' } : { chat: 'notAvailable' } };
    case 'GET version':
      return version === 'v2' ? { status: 200, body: { server_version: '5.9.1.100' } } : { status: 404 };
    case 'GET parameters':
      return expectedParameters(switches);
    case 'POST chats':
      return requestChat(parts, clientId, request.body);
    case 'GET chats/active':
      return activeChat(parts, clientId);
    case 'POST files':
      return upload(parts, clientId, request);
    default:
      return inChat(parts, clientId, version === 'v2', call, request);
  }
}

function expectedParameters({ expectedParameters: expected }: ServicepatternSwitches): SimulatorAnswer {
  if (!expected) return { status: 404 };
  return { status: 200, body: { parameters: Object.entries(expected).map(([name, type]) => ({ [name]: type })) } };
}

function requestChat(
  { chats, ledger, switches }: ServicepatternParts,
  clientId: string,
  body: Buffer,
): SimulatorAnswer {
  const request = jsonObject(body);
  const parameters = request?.['parameters'] ?? {};
  const isText = (value: unknown): boolean => value === undefined || typeof value === 'string';
  const isRight =
    request !== undefined &&
    isText(request['from']) &&
    isText(request['phone_number']) &&
    typeof parameters === 'object' &&
    Object.values(parameters).every(isText);
  if (!isRight) return refuse(400, '5003', 'Request cannot be decoded');
  const { chat, isNew } = chats.request(clientId);
  const { chatId, state } = chat;
  if (isNew) ledger.append({ kind: 'chat', chatId, clientId, request });
  else ledger.append({ kind: 'chat-again', chatId, clientId });
  if (switches.answersLoosely) {
    return { status: 200, body: { chat_id: chatId, state: 'establishing', is_new_chat: String(isNew) } };
  }
  return { status: 200, body: { chat_id: chatId, state, ewt: '12', is_new_chat: isNew } };
}

function activeChat({ chats }: ServicepatternParts, clientId: string): SimulatorAnswer {
  const chat = chats.activeOf(clientId);
  return chat ? { status: 200, body: { chat_id: chat.chatId, state: chat.state } } : noChat();
}

function upload(
  { files, ledger, switches }: ServicepatternParts,
  owner: string,
  request: SimulatorRequest,
): SimulatorAnswer {
  const file = readMultipartFile(request.headers['content-type'] ?? '', request.body);
  if (!file) return refuse(400, '5003', 'Request cannot be decoded');
  if (file.bytes.length > switches.fileLimitBytes) return refuse(400, '5501', 'Upload is too large');
  const fileId = randomUUID();
  files.set(fileId, { ...file, owner });
  ledger.append({ kind: 'upload', fileId, name: file.name, contentType: file.contentType, bytes: file.bytes.length });
  return { status: 200, body: { file_id: fileId, file_name: file.name } };
}

function download({ files }: ServicepatternParts, fileId: string): SimulatorAnswer {
  const file = files.get(decodeURIComponent(fileId));
  if (!file) return noFile();
  return { status: 200, headers: { 'Content-Type': file.contentType }, body: file.bytes };
}

/** A chat is seen by its own end user only. */
async function inChat(
  parts: ServicepatternParts,
  clientId: string,
  isV2: boolean,
  call: string,
  request: SimulatorRequest,
): Promise<SimulatorAnswer> {
  const { chats, switches } = parts;
  const [, chatId = '', fileId] = CHAT.exec(call)?.slice(0, 2) ?? CHAT_FILE.exec(call) ?? [];
  const chat = chats.get(chatId);
  if (chat?.clientId !== clientId) return noChat();
  if (fileId !== undefined && request.method === 'GET') {
    return switches.filesElsewhere ? noFile() : download(parts, fileId);
  }
  switch (`${request.method} ${call.split('/')[2] ?? ''}`) {
    case 'POST events': {
      if (chat.isOver) return noChat();
      const answer = sendEvents(parts, chat, request.body);
      return isV2 && answer.status === 200 ? { status: 200 } : answer;
    }
    case 'GET events':
      return pollChat(parts, chat, isV2, request.gone);
    case 'GET history':
      return chat.isOver && !switches.historyAfterEnd ? noChat() : { status: 200, body: { events: chats.shown(chat) } };
    default:
      return { status: 404 };
  }
}
