/** One item as the feed has it: names as they were written, values still text. */
export interface RawItem {
  /** Where it begins, from 1. */
  line: number;
  fields: ReadonlyMap<string, string>;
}

/** Something that should have been an item and cannot be read as one. */
export interface UnreadableItem {
  line: number;
  reason: string;
}

export type FeedItem = RawItem | UnreadableItem;

/** What is wrong with one item, as it is stored and shown. */
export interface FeedProblem {
  line: number;
  id: string | null;
  reason: string;
}

export const FEED_FORMATS = ['google-merchant', 'csv', 'tsv', 'json', 'ndjson'] as const;
export type FeedFormat = (typeof FEED_FORMATS)[number];

/** Longest item in characters: what a reader holds at once, whatever the feed's size. */
export const MAX_ITEM_LENGTH = 4 * 1024 * 1024;
