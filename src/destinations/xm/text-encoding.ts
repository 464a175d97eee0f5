const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

export function encodeText(text: string, encoding: 'base64' | 'plain'): string {
  return encoding === 'base64' ? Buffer.from(text, 'utf8').toString('base64') : text;
}

/**
 * The vendor's rule (contract 3.2): what looks like base64 and decodes to readable UTF-8 was base64, everything else is
 * plain. "test" looks like base64 and does not decode.
 */
export function decodeText(raw: string): string {
  if (raw.length % 4 !== 0 || !BASE64.test(raw)) return raw;
  try {
    const text = strictUtf8.decode(Buffer.from(raw, 'base64'));
    const readable = !/[^\P{Cc}\t\n\r]/u.test(text);
    return readable ? text : raw;
  } catch {
    return raw;
  }
}
