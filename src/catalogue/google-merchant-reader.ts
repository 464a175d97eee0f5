import { decodeHTML } from 'entities';
import { SaxesParser } from 'saxes';
import { FeedFailure } from './feed-failure.ts';
import { MAX_ITEM_LENGTH, type RawItem } from './raw-item.ts';

/** RSS calls an item `item`, Atom calls it `entry`. */
const ITEM_TAGS = new Set(['item', 'entry']);

/** Feeds are made by shops' templates: HTML's entities occur although XML does not know them. */
const HTML_ENTITIES = new Proxy<Record<string, string>>(Object.create(null) as Record<string, string>, {
  get(_target, name) {
    if (typeof name !== 'string') return undefined;
    const decoded = decodeHTML(`&${name};`);
    return decoded === `&${name};` ? undefined : decoded;
  },
});

/**
 * Reads Google Merchant Center XML: RSS 2.0 and Atom, names with and without the `g:` prefix, whether or not it is
 * declared. `g:id` goes before `id`: Atom's own id is an address. Only direct children count, so that the price of a
 * shipping option is not taken for the product's.
 * @throws FeedFailure truncated, broken, item-too-large
 */
export async function* readGoogleMerchant(text: AsyncIterable<string>): AsyncGenerator<RawItem> {
  const items = createItemCollector();
  let sinceItem = 0;
  for await (const chunk of text) {
    // The parser holds a text until it ends, so it is given little at a time and watched.
    for (let at = 0; at < chunk.length; at += SLICE_LENGTH) {
      const slice = chunk.slice(at, at + SLICE_LENGTH);
      items.write(slice);
      sinceItem += slice.length;
      const done = items.take();
      if (done.length > 0) sinceItem = 0;
      else if (sinceItem > MAX_ITEM_LENGTH) throw new FeedFailure('item-too-large', `Line ${items.line()}.`);
      yield* done;
    }
  }
  items.end();
  yield* items.take();
}

const SLICE_LENGTH = 256 * 1024;

interface OpenField {
  name: string;
  prefixed: boolean;
  text: string;
}

function createItemCollector() {
  const parser = new SaxesParser();
  parser.ENTITIES = HTML_ENTITIES;
  let done: RawItem[] = [];
  let depth = 0;
  let itemDepth = 0;
  let line = 0;
  let fields = new Map<string, string>();
  let prefixed = new Set<string>();
  let field: OpenField | undefined;

  function keep({ name, prefixed: hasPrefix, text }: OpenField): void {
    const value = text.trim();
    if (value === '' || (fields.has(name) && (!hasPrefix || prefixed.has(name)))) return;
    fields.set(name, value);
    if (hasPrefix) prefixed.add(name);
  }

  parser.on('error', (error) => {
    const ended = /unclosed tag|document must contain a root|unexpected end|unterminated/i.test(error.message);
    throw new FeedFailure(ended ? 'truncated' : 'broken', `Line ${parser.line}.`);
  });
  parser.on('opentag', ({ name, attributes }) => {
    depth += 1;
    const [, prefix, local = name] = /^([^:]+):(.+)$/.exec(name) ?? [];
    if (itemDepth === 0) {
      if (!ITEM_TAGS.has(local)) return;
      itemDepth = depth;
      line = parser.line;
      fields = new Map();
      prefixed = new Set();
    } else if (depth === itemDepth + 1) {
      field = { name: local, prefixed: prefix !== undefined, text: '' };
      if (local === 'link' && attributes['href'] !== undefined && isPage(attributes['rel'])) {
        field.text = attributes['href'];
      }
    }
  });
  const addText = (text: string): void => {
    if (field && depth === itemDepth + 1) field.text += text;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    if (depth === itemDepth) {
      done.push({ line, fields });
      itemDepth = 0;
    } else if (depth === itemDepth + 1 && field) {
      keep(field);
      field = undefined;
    }
    depth -= 1;
  });

  return {
    write: (slice: string) => void parser.write(slice),
    end: () => void parser.close(),
    line: () => parser.line,
    take(): RawItem[] {
      const taken = done;
      done = [];
      return taken;
    },
  };
}

const isPage = (rel: string | undefined): boolean => rel === undefined || rel === 'alternate';
