const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * How the vendor's client reads a message: what looks like base64 is decoded, unless that gives no UTF-8.
 * A short plain word such as "test" looks like base64 and is saved only by its bytes being no UTF-8.
 */
export function readXmText(message: string): string {
  if (message.length % 4 !== 0 || !BASE64.test(message)) return message;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(message, 'base64'));
  } catch {
    return message;
  }
}

export function writeXmText(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
