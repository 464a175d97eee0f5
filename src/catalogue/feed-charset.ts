import { FeedFailure } from './feed-failure.ts';

/**
 * The name of the feed's character set, from the most to the least reliable sign: byte order mark, XML declaration,
 * Content-Type; else UTF-8 when the bytes are that, else windows-1252, which is what spreadsheets write.
 */
export function charsetOf(head: Buffer, contentType = ''): string {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return 'utf-8';
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  const start = head.toString('latin1', 0, 200);
  const declared = /^\s*<\?xml[^>]*?\bencoding\s*=\s*["']([\w.:-]+)["']/.exec(start)?.[1];
  const announced = /charset\s*=\s*"?([\w.:-]+)/i.exec(contentType)?.[1];
  return declared ?? announced ?? (isUtf8(head) ? 'utf-8' : 'windows-1252');
}

/** @throws FeedFailure unknown-format when nobody knows the character set */
export async function* decodeText(bytes: AsyncIterable<Uint8Array>, charset: string): AsyncGenerator<string> {
  const decoder = openDecoder(charset);
  for await (const chunk of bytes) {
    const text = decoder.decode(chunk, { stream: true });
    if (text !== '') yield text;
  }
  const rest = decoder.decode();
  if (rest !== '') yield rest;
}

/** @throws FeedFailure unknown-format */
export function openDecoder(charset: string): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(charset);
  } catch (error) {
    throw new FeedFailure('unknown-format', 'The feed names a character set that is not known.', { cause: error });
  }
}

function isUtf8(head: Buffer): boolean {
  try {
    // `stream`: the head may end in the middle of a character.
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return true;
  } catch {
    return false;
  }
}
