/** Types that a browser shows without running anything of them. */
const SAFE_TYPES: ReadonlySet<string> = new Set([
  ...['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/bmp'],
  ...['audio/mpeg', 'audio/ogg', 'audio/wav', 'audio/webm', 'video/mp4', 'video/webm'],
  ...['application/pdf', 'application/zip', 'text/plain', 'text/csv'],
]);

const ANY_BYTES = 'application/octet-stream';

/** Headers for a stranger's file: saved, not shown, and never run as a page of ours. */
export function fileHeaders(name: string, contentType: string): Record<string, string> {
  return {
    'Content-Type': safeType(contentType),
    'Content-Disposition': `attachment; filename="${asciiName(name)}"; filename*=UTF-8''${extendedName(name)}`,
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
    'Content-Security-Policy': "sandbox; default-src 'none'",
    // The agent's console stands on another site.
    'Cross-Origin-Resource-Policy': 'cross-origin',
  };
}

/** The type without its parameters where it is a harmless one. */
function safeType(contentType: string): string {
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  return SAFE_TYPES.has(type) ? type : ANY_BYTES;
}

/** For clients that do not know RFC 5987: no quotes, no separators, nothing outside ASCII. */
function asciiName(name: string): string {
  return name.replace(/[^\w.() -]/g, '_').slice(0, 100) || 'file';
}

/** RFC 5987: UTF-8 in percent-encoding, with the characters that `encodeURIComponent` leaves but the grammar does not. */
function extendedName(name: string): string {
  const escape = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(name.slice(0, 200).toWellFormed()).replace(/['()*]/g, escape);
}
