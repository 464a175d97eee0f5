import { FeedFailure } from './feed-failure.ts';
import { FEED_FORMATS, type FeedFormat } from './raw-item.ts';

const CONTENT_TYPES: readonly (readonly [RegExp, FeedFormat])[] = [
  [/ndjson|jsonl|json-seq|jsonlines/i, 'ndjson'],
  [/tab-separated/i, 'tsv'],
  [/\bcsv\b/i, 'csv'],
];

/** The separators of a `csv`: spreadsheets of half of Europe write semicolons. */
const DELIMITERS = [',', ';', '|'];

/**
 * Which format the first characters of a feed are in.
 * @throws FeedFailure unknown-format
 */
export function guessFormat(head: string, contentType = ''): FeedFormat {
  const start = head.trimStart();
  if (start.startsWith('PK\u0003\u0004')) throw new FeedFailure('unknown-format', 'This is a ZIP archive.');
  if (/^<(!doctype html|html)\b/i.test(start)) throw new FeedFailure('unknown-format', 'This is a web page.');
  if (start.startsWith('<')) return 'google-merchant';
  if (start.startsWith('[')) return 'json';
  if (start.startsWith('{')) return /ndjson|jsonl/i.test(contentType) || isWholeObject(start) ? 'ndjson' : 'json';
  const announced = CONTENT_TYPES.find(([pattern]) => pattern.test(contentType))?.[1];
  const header = firstLine(start);
  if (header.includes('\t')) return 'tsv';
  if (DELIMITERS.some((delimiter) => header.includes(delimiter))) return 'csv';
  if (announced !== undefined && start !== '') return announced;
  if (start === '') throw new FeedFailure('empty', 'There is nothing in the feed.');
  throw new FeedFailure('unknown-format');
}

/** The separator of a csv, by its header: the one that is there most often outside quotes. */
export function delimiterOf(head: string): string {
  const header = firstLine(head).replace(/"[^"]*"/g, '');
  const counted = DELIMITERS.map((delimiter) => ({ delimiter, count: header.split(delimiter).length }));
  return counted.reduce((best, one) => (one.count > best.count ? one : best)).delimiter;
}

export const isFeedFormat = (text: string): text is FeedFormat => (FEED_FORMATS as readonly string[]).includes(text);

const firstLine = (text: string): string => /^[^\r\n]*/.exec(text)?.[0] ?? '';

/** Whether the first line is an object by itself, and an item rather than a holder of items. */
function isWholeObject(start: string): boolean {
  try {
    const value = JSON.parse(firstLine(start)) as Record<string, unknown>;
    return !['products', 'items', 'data'].some((name) => Array.isArray(value[name]));
  } catch {
    return false;
  }
}
