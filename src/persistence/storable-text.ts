/**
 * The text as PostgreSQL can hold it: without NUL, and with U+FFFD where half of a surrogate pair stands alone. Whatever
 * comes from outside passes here before it is stored; a reader of a chat sees no difference.
 */
export function storableText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '');
}
