import type { FeedKind } from './feed-import-store.ts';
import type { FeedFormat, FeedProblem, RawItem } from './raw-item.ts';

/** What one import puts its items into. */
export interface FeedWriter {
  /** Takes one item; the returned problems say why it is not used, or what of it is not. */
  take(item: RawItem): { used: boolean; problems: FeedProblem[] };
  /** How many items wait for `write`. */
  waiting(): number;
  /** Writes what waits. The returned problems are items that replaced one written before, and count once each. */
  write(): Promise<FeedProblem[]>;
  /** Writes what can only be known at the end. */
  finish(): Promise<void>;
}

/** What is imported: decided once for each kind of feed. */
export interface FeedTarget {
  kind: FeedKind;
  formats: readonly FeedFormat[];
  list: 'first' | 'join';
  /** `currency`: the installation's, for prices that name none. */
  begin(importId: string, currency?: string): FeedWriter;
}
