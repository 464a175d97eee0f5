import { FeedFailure } from './feed-failure.ts';
import { fieldsOfJson } from './json-value-fields.ts';
import { type FeedItem, MAX_ITEM_LENGTH } from './raw-item.ts';

/**
 * Reads one JSON object a line. A line that is none is unreadable and no more than that, except a last one without a
 * line end: there the feed was cut.
 * @param list what to make of a list as a value: its first entry, or all of them
 * @throws FeedFailure truncated, item-too-large
 */
export async function* readNdjson(text: AsyncIterable<string>, list: 'first' | 'join'): AsyncGenerator<FeedItem> {
  let line = 0;
  let rest = '';
  for await (const chunk of text) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_ITEM_LENGTH) throw new FeedFailure('item-too-large', `Line ${line + lines.length + 1}.`);
    for (const one of lines) {
      line += 1;
      if (one.trim() !== '') yield toItem(one, line, list);
    }
  }
  if (rest.trim() === '') return;
  const last = toItem(rest, line + 1, list);
  if ('reason' in last) throw new FeedFailure('truncated', `Line ${line + 1}.`);
  yield last;
}

function toItem(text: string, line: number, list: 'first' | 'join'): FeedItem {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return { line, fields: fieldsOfJson(value, list) };
    }
  } catch {
    return { line, reason: 'is not valid JSON' };
  }
  return { line, reason: 'is not an object' };
}
