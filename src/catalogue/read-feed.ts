import { type FeedByteLimits, openFeedBytes } from './feed-bytes.ts';
import { charsetOf, decodeText, openDecoder } from './feed-charset.ts';
import { FeedFailure } from './feed-failure.ts';
import { readDelimited } from './delimited-reader.ts';
import { readGoogleMerchant } from './google-merchant-reader.ts';
import { delimiterOf, guessFormat } from './guess-format.ts';
import { readJson } from './json-reader.ts';
import { readNdjson } from './ndjson-reader.ts';
import type { FeedFormat, FeedItem } from './raw-item.ts';

export interface FeedReading {
  source: AsyncIterable<Uint8Array>;
  /** Guessed when undefined. */
  format?: FeedFormat | undefined;
  contentType?: string | undefined;
  /** Formats that are of any use here. */
  accepted: readonly FeedFormat[];
  /** What to make of a list as a value in JSON. */
  list: 'first' | 'join';
  limits: FeedByteLimits;
  /** Told the number of bytes as they arrive. */
  onBytes: (count: number) => void;
}

/**
 * The items of a feed in any format, one at a time: no more of the feed than its longest item is held.
 * @throws FeedFailure
 */
export async function* readFeed(reading: FeedReading): AsyncGenerator<FeedItem> {
  const { head, bytes } = await openFeedBytes(reading.source, reading.limits, reading.onBytes);
  const charset = charsetOf(head, reading.contentType);
  const start = openDecoder(charset).decode(head, { stream: true });
  if (start.trim() === '') throw new FeedFailure('empty', 'There is nothing in the feed.');
  const format = reading.format ?? guessFormat(start, reading.contentType);
  if (!reading.accepted.includes(format)) {
    throw new FeedFailure('unknown-format', `This looks like ${format}, which cannot be used here.`);
  }
  const text = decodeText(bytes, charset);
  if (format === 'google-merchant') yield* readGoogleMerchant(text);
  else if (format === 'json') yield* readJson(text, reading.list);
  else if (format === 'ndjson') yield* readNdjson(text, reading.list);
  else yield* readDelimited(text, format === 'tsv' ? '\t' : delimiterOf(start));
}
