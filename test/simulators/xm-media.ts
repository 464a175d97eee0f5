import { readMultipart } from './multipart.ts';
import type { SimulatorAnswer, SimulatorRequest } from './simulator-server.ts';
import type { XmChatParts } from './xm-chat-routes.ts';
import { xmRefusal } from './xm-public-routes.ts';
import { newXmId, XM_MESSAGE_TYPE, type XmRoom } from './xm-rooms.ts';

const MAX_UPLOAD_BYTES = 500_000_000;
const UPLOAD_TYPES: Record<string, number> = {
  image: XM_MESSAGE_TYPE.image,
  video: XM_MESSAGE_TYPE.video,
  audio: XM_MESSAGE_TYPE.audio,
  file: XM_MESSAGE_TYPE.file,
};
/** The path that hands a file out, by the type of its message. */
const DOWNLOADS: Record<string, number> = {
  '/xm/api/image': XM_MESSAGE_TYPE.image,
  '/xm/api/audio': XM_MESSAGE_TYPE.audio,
  '/xm/api/stream': XM_MESSAGE_TYPE.video,
  '/xm/api/file': XM_MESSAGE_TYPE.file,
};

export const isXmDownload = ({ method, path }: SimulatorRequest): boolean => method === 'GET' && path in DOWNLOADS;

/** A file of that path's type, for those in its room; the page of a video is no image. */
export function downloadXmFile(
  { files }: XmChatParts,
  { path, query }: SimulatorRequest,
  isIn: (chatId: string) => boolean,
): SimulatorAnswer {
  const file = files.get(query.get('id') ?? '');
  if (!file || file.type !== DOWNLOADS[path] || !isIn(file.chatId)) return xmRefusal(404, 'File not found.');
  return { status: 200, headers: { 'Content-Type': file.contentType }, body: file.content };
}

/** `POST chats/{id}/{image|video|audio|file}`: one part called `file`, which makes the message by itself. */
export function uploadXmFile(
  { rooms, ledger, files }: XmChatParts,
  room: XmRoom,
  call: string,
  { headers, body }: SimulatorRequest,
): SimulatorAnswer {
  const [part, ...others] = readMultipart(headers['content-type'] ?? '', body) ?? [];
  if (part?.filename === undefined || part.name !== 'file' || others.length > 0) {
    return xmRefusal(400, 'File is required.');
  }
  const { filename: name, content, contentType } = part;
  const size = content.length;
  if (size > MAX_UPLOAD_BYTES) return xmRefusal(400, 'File is too large.');
  const type = UPLOAD_TYPES[call] ?? XM_MESSAGE_TYPE.file;
  const id = newXmId();
  files.set(id, { content, contentType, type, chatId: room.chatId });
  const { id: guestId, name: guestName } = room.guest;
  // A recording is named by its length in seconds.
  const filename = type === XM_MESSAGE_TYPE.audio ? '12' : name;
  const draft = { sender: { id: guestId, name: guestName }, message: '', type, file: { id, filename, size, type } };
  const wire = rooms.write(room, draft);
  const { chatId, messageId } = wire.id;
  ledger.append({ kind: 'file', chatId, messageId, sequence: wire.sequence, call, name, contentType, size });
  return { status: 201 };
}
