import { createHash } from 'node:crypto';
import type { OutgoingFile, OutgoingText } from '../contract.ts';
import { DestinationFailure } from '../destination-failure.ts';
import { isSuccess } from '../remote-call.ts';
import { xmFailure } from './failures.ts';
import type { XmSession } from './session.ts';

/** The path of the call, which is chosen by media type (contract 4). */
export type UploadKind = 'image' | 'video' | 'audio' | 'file';

export interface Upload {
  kind: UploadKind;
  name: string;
}

const IMAGES = /^image\/(gif|jpe?g|png|tiff|webp|bmp)$/;
const NAME_LIMIT = 100;

/**
 * How a file is uploaded. Its name carries a mark of the message, the same on every attempt: by it the upload is
 * recognised in the history, where two screenshots may both be called "image.png".
 */
export function uploadOf(key: string, { name, contentType }: Pick<OutgoingFile, 'name' | 'contentType'>): Upload {
  const [mediaType = ''] = contentType.toLowerCase().split(';');
  // Nothing that would break the part's header, or name a folder.
  const plain = name.replaceAll(/[\p{Cc}"\\/:]/gu, '_').slice(-NAME_LIMIT) || 'file';
  const mark = createHash('sha256').update(key).digest('hex').slice(0, 8);
  const [, stem = plain, extension = ''] = /^(.+)(\.[^.]{1,10})$/.exec(plain) ?? [];
  return { kind: kindOf(mediaType.trim()), name: `${stem}-${mark}${extension}` };
}

function kindOf(mediaType: string): UploadKind {
  if (IMAGES.test(mediaType)) return 'image';
  if (mediaType === 'video/mp4') return 'video';
  return mediaType.startsWith('audio/') ? 'audio' : 'file';
}

/**
 * Uploads the message's file, which makes the message in XM by itself. False when there is none, or it is too long or not
 * taken: then its text must go instead. Throws `DestinationFailure`.
 */
export async function uploadFile(
  session: XmSession,
  chatId: string,
  { key, file }: OutgoingText,
  maxBytes: number,
): Promise<boolean> {
  const bytes = file && (await readWithin(file, maxBytes));
  if (!file || !bytes) return false;
  const { kind, name } = uploadOf(key, file);
  const form = new FormData();
  form.append('file', new Blob([new Uint8Array(bytes)], { type: file.contentType }), name);
  const part = new Response(form);
  const body = {
    contentType: part.headers.get('content-type') ?? '',
    bytes: Buffer.from(await part.arrayBuffer()),
  };
  const path = `chats/${encodeURIComponent(chatId)}/${kind}`;
  const response = await session.call({ method: 'POST', path, effect: 'writes', body });
  if (isSuccess(response)) return true;
  const passes = response.status === 408 || response.status === 429;
  // Whether guests may upload is not known: the text shows whether the chat itself still takes anything.
  if (response.status >= 400 && response.status < 500 && !passes) return false;
  throw xmFailure(response, 'writes');
}

/** Undefined when it is longer, or cannot be had at all. */
async function readWithin(file: OutgoingFile, maxBytes: number): Promise<Buffer | undefined> {
  try {
    return await file.read(maxBytes);
  } catch (error) {
    if (error instanceof DestinationFailure && error.kind === 'refused') return undefined;
    throw error;
  }
}
