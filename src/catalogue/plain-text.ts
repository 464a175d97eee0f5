import { Parser } from 'htmlparser2';

/** Elements after which a reader expects a gap, and those whose content is no text at all. */
const BLOCKS = new Set([
  'p',
  'br',
  'div',
  'li',
  'ul',
  'ol',
  'tr',
  'td',
  'th',
  'table',
  'h1',
  'h2',
  'h3',
  'h4',
  'h5',
  'h6',
]);
const UNSEEN = new Set(['script', 'style', 'head', 'template']);

/**
 * HTML, or text that only looks like it, as one line of plain text: no tags, entities decoded, white space collapsed.
 * Characters that a database or JSON cannot carry are gone.
 */
export function toPlainText(html: string): string {
  if (!/[<&]/.test(html)) return clean(html);
  const texts: string[] = [];
  let unseen = 0;
  const parser = new Parser({
    onopentag(name) {
      if (UNSEEN.has(name)) unseen += 1;
      if (BLOCKS.has(name)) texts.push(' ');
    },
    ontext(text) {
      if (unseen === 0) texts.push(text);
    },
    onclosetag(name) {
      if (UNSEEN.has(name)) unseen -= 1;
      if (BLOCKS.has(name)) texts.push(' ');
    },
  });
  parser.end(html);
  return clean(texts.join(''));
}

/** One line, trimmed, without control characters and halves of surrogate pairs. */
export function clean(text: string): string {
  return text
    .replace(/[\p{Surrogate}\p{Noncharacter_Code_Point}]/gu, '')
    .replace(/[\s\p{Cc}\u200b\ufeff]+/gu, ' ')
    .trim();
}

/** At most `length` characters, cut between words where there are any, with "…" where something was cut. */
export function cutAtWord(text: string, length: number): string {
  if (text.length <= length) return text;
  const room = text.slice(0, length);
  const space = room.lastIndexOf(' ');
  // A word of half the length is no reason to lose that half.
  const cut = space > length / 2 ? room.slice(0, space) : room.slice(0, length - 1);
  return `${cut.replace(/[\s\p{P}]+$/u, '').replace(/[\ud800-\udbff]$/, '')}…`;
}
