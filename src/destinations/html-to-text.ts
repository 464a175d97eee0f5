import { Parser } from 'htmlparser2';

/** What only a tag or an entity looks like: "1 < 2 & 3" is neither. */
const MARKUP = /<\/?[a-z][^>]*>|<!--|&(#\d+|#x[\da-f]+|[a-z][a-z\d]*);/i;

/** Elements that begin and end a line, and those whose content is no text at all. */
const BLOCKS = new Set('p div li ul ol tr table h1 h2 h3 h4 h5 h6 blockquote pre'.split(' '));
const UNSEEN = new Set(['script', 'style', 'head', 'template']);

/**
 * A message as HTML, or plain text, as plain text with its lines: tags gone, entities decoded, the address of a link
 * behind its text, an image by its description. Text without markup stays as it is, white space at its ends aside.
 */
export function htmlToText(html: string): string {
  if (!MARKUP.test(html)) return html.trim();
  const texts: string[] = [];
  const links: { address: string; from: number }[] = [];
  let unseen = 0;

  const beginLine = (): void => {
    if (texts.length > 0 && !texts.at(-1)?.endsWith('\n')) texts.push('\n');
  };
  const parser = new Parser({
    onopentag(name, attributes) {
      if (UNSEEN.has(name)) unseen += 1;
      if (name === 'br') texts.push('\n');
      if (BLOCKS.has(name)) beginLine();
      if (name === 'a') links.push({ address: attributes['href'] ?? '', from: texts.length });
      if (name === 'img') texts.push(attributes['alt'] ?? attributes['src'] ?? '');
    },
    ontext(text) {
      if (unseen === 0) texts.push(text);
    },
    onclosetag(name) {
      if (UNSEEN.has(name)) unseen -= 1;
      if (BLOCKS.has(name)) beginLine();
      const link = name === 'a' ? links.pop() : undefined;
      if (link && isForeign(link.address, texts.slice(link.from).join(''))) texts.push(` (${link.address})`);
    },
  });
  parser.end(html);
  return texts
    .join('')
    .replaceAll('\u00a0', ' ')
    .replace(/[ \t]+\n/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/** Whether an address says something that the link's text does not. */
function isForeign(address: string, text: string): boolean {
  const bare = (value: string): string =>
    value
      .trim()
      .replace(/^(https?:\/\/|mailto:|tel:)/i, '')
      .replace(/\/$/, '');
  return /^(https?|mailto|tel):/i.test(address) && bare(address) !== bare(text);
}
