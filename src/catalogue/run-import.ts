import { FeedFailure } from './feed-failure.ts';
import type { FeedImportStore, FeedRef, FeedValidators, ImportProgress } from './feed-import-store.ts';
import type { FeedTarget, FeedWriter } from './feed-target.ts';
import type { FeedByteLimits } from './feed-bytes.ts';
import { type FeedFormat, type FeedItem, type FeedProblem } from './raw-item.ts';
import { readFeed } from './read-feed.ts';

/** A feed whose bytes are ready to be read. */
export interface OpenedFeed {
  bytes: AsyncIterable<Uint8Array>;
  contentType?: string | undefined;
  /** Guessed when undefined. */
  format?: FeedFormat | undefined;
  validators?: FeedValidators;
  limits: FeedByteLimits;
  /** Lets go of the bytes, read or not. */
  close(): void | Promise<void>;
}

export interface ImportRun {
  feed: FeedRef;
  importId: string;
  store: FeedImportStore;
  target: FeedTarget;
  allowShrink: boolean;
  /** The installation's, for prices that name none. */
  currency?: string | undefined;
  /** Called once all rows are there, before anybody sees them. */
  beforeLive(): Promise<void>;
  /** Aborted when the service stops or the time is up. */
  signal: AbortSignal;
  open(signal: AbortSignal): Promise<OpenedFeed | 'unchanged'>;
}

/** Rows in one statement: some hundred kilobytes. Two batches are held at most, one read and one being written. */
const BATCH = 1_000;
const MAX_PROBLEMS = 100;
const PROGRESS_EVERY_MS = 1_000;

/**
 * Reads the whole feed into rows nobody sees, then makes them the live ones at once.
 * @throws FeedFailure and whatever the database throws; the earlier import stays live then
 */
export async function runImport(run: ImportRun): Promise<'live' | 'unchanged'> {
  const opened = await run.open(run.signal);
  if (opened === 'unchanged') return 'unchanged';
  try {
    const progress = await writeItems(run, opened);
    await assertPlausible(run, progress);
    await run.beforeLive();
    run.signal.throwIfAborted();
    const outcome = await run.store.goLive(run.feed, run.importId, progress, opened.validators ?? {});
    if (outcome !== 'live') throw new FeedFailure(outcome === 'removed' ? 'removed' : 'interrupted');
    return 'live';
  } finally {
    await opened.close();
  }
}

async function writeItems(run: ImportRun, opened: OpenedFeed): Promise<ImportProgress> {
  const { store, importId, target, signal } = run;
  const tally = createTally();
  const writer = target.begin(importId, run.currency);
  const items = readFeed({
    source: opened.bytes,
    format: opened.format,
    contentType: opened.contentType,
    accepted: target.formats,
    list: target.list,
    limits: opened.limits,
    onBytes: (count) => (tally.bytesRead += count),
  });
  const report = setInterval(() => void store.progress(importId, tally).catch(() => undefined), PROGRESS_EVERY_MS);
  let writing = Promise.resolve();
  try {
    for await (const item of items) {
      takeItem(writer, tally, item);
      if (writer.waiting() < BATCH) continue;
      await writing;
      signal.throwIfAborted();
      writing = writeBatch(writer, tally);
      // Awaited a batch later; until then a failure must not count as unhandled.
      writing.catch(() => undefined);
    }
    await writing;
    await writeBatch(writer, tally);
    await writer.finish();
    return tally;
  } finally {
    clearInterval(report);
    await writing.catch(() => undefined);
    await store.progress(importId, tally).catch(() => undefined);
  }
}

interface Tally extends ImportProgress {
  problems: FeedProblem[];
}

const createTally = (): Tally => ({ items: 0, skipped: 0, bytesRead: 0, problems: [] });

function note(tally: Tally, problems: readonly FeedProblem[]): void {
  tally.problems.push(...problems.slice(0, MAX_PROBLEMS - tally.problems.length));
}

function takeItem(writer: FeedWriter, tally: Tally, item: FeedItem): void {
  const taken =
    'reason' in item
      ? { used: false, problems: [{ line: item.line, id: null, reason: item.reason }] }
      : writer.take(item);
  if (taken.used) tally.items += 1;
  else tally.skipped += 1;
  note(tally, taken.problems);
}

async function writeBatch(writer: FeedWriter, tally: Tally): Promise<void> {
  const repeated = await writer.write();
  tally.items -= repeated.length;
  tally.skipped += repeated.length;
  note(tally, repeated);
}

async function assertPlausible({ store, feed, allowShrink }: ImportRun, { items }: ImportProgress): Promise<void> {
  if (items === 0) throw new FeedFailure('empty');
  const live = await store.live(feed);
  if (!live || allowShrink) return;
  if (items * 2 < live.items) throw new FeedFailure('shrunk', `${items} items instead of ${live.items}.`);
}
