import Assembler from 'stream-json/core/assembler.js';
import { jsonParser as createParser, type Token } from 'stream-json/core/parser.js';
import { FeedFailure } from './feed-failure.ts';
import { fieldsOfJson } from './json-value-fields.ts';
import { type FeedItem, MAX_ITEM_LENGTH } from './raw-item.ts';

/** Members of a top-level object that hold the items. */
const HOLDERS = new Set(['products', 'items', 'data', 'customers']);

/**
 * Reads `[…]` or `{"products": […]}` (also `items`, `data`, `customers`), one item at a time.
 * @param list what to make of a list as a value: its first entry, or all of them
 * @throws FeedFailure truncated, broken, item-too-large, empty (no list of items)
 */
export async function* readJson(text: AsyncIterable<string>, list: 'first' | 'join'): AsyncGenerator<FeedItem> {
  const parse = createParser({ packValues: true, streamValues: false });
  const items = createItemAssembler();
  let line = 1;
  let sinceItem = 0;
  for await (const chunk of text) {
    // Tokens have no position; whole lines at a time give every item the line it ends on or begins on.
    for (const piece of pieces(chunk)) {
      const tokens = tokensOf(parse, piece, line);
      sinceItem += piece.length;
      for (const token of tokens) {
        const item = items.take(token, line);
        if (!item) continue;
        sinceItem = 0;
        if (typeof item.value === 'object' && item.value !== null && !Array.isArray(item.value)) {
          yield { line: item.line, fields: fieldsOfJson(item.value, list) };
        } else {
          yield { line: item.line, reason: 'is not an object' };
        }
      }
      if (sinceItem > MAX_ITEM_LENGTH) throw new FeedFailure('item-too-large', `Line ${line}.`);
      if (piece.endsWith('\n')) line += 1;
    }
  }
  if (!items.isComplete()) throw new FeedFailure('truncated', `Line ${line}.`);
}

const MAX_PIECE = 64 * 1024;

function* pieces(chunk: string): Generator<string> {
  for (let at = 0; at < chunk.length;) {
    const lineEnd = chunk.indexOf('\n', at);
    const end = Math.min(lineEnd === -1 ? chunk.length : lineEnd + 1, at + MAX_PIECE);
    yield chunk.slice(at, end);
    at = end;
  }
}

function tokensOf(parse: ReturnType<typeof createParser>, piece: string, line: number): readonly Token[] {
  try {
    const result = parse(piece) as unknown;
    const { values } = Object(result) as { values?: Token[] };
    return values ?? [];
  } catch (error) {
    throw new FeedFailure('broken', `Line ${line}.`, { cause: error });
  }
}

const OPENING = new Set(['startObject', 'startArray']);
const CLOSING = new Set(['endObject', 'endArray']);

/** Follows the tokens down to the list of items and puts each item of it together. */
function createItemAssembler() {
  let assembler: Assembler | undefined;
  let depth = 0;
  /** Depth of the list of items: 1 or 2; 0 outside of it. */
  let listDepth = 0;
  let lastKey = '';
  let begun = false;
  let itemLine = 0;

  return {
    take(token: Token, line: number): { line: number; value: unknown } | undefined {
      begun = true;
      const opens = OPENING.has(token.name);
      const closes = CLOSING.has(token.name);
      if (listDepth > 0 && !(closes && depth === listDepth)) {
        if (!assembler) [assembler, itemLine] = [new Assembler(), line];
        assembler.consume(token);
      }
      if (token.name === 'keyValue') lastKey = depth === 1 ? token.value : lastKey;
      if (opens) depth += 1;
      if (closes) depth -= 1;
      if (token.name === 'startArray' && listDepth === 0 && (depth === 1 || (depth === 2 && HOLDERS.has(lastKey)))) {
        listDepth = depth;
        return undefined;
      }
      if (closes && listDepth > 0 && depth === listDepth - 1) listDepth = 0;
      if (!assembler?.done) return undefined;
      const value: unknown = assembler.current;
      assembler = undefined;
      return { line: itemLine, value };
    },
    isComplete: () => begun && depth === 0,
  };
}
