import { setTimeout as wait } from 'node:timers/promises';
import { noInstallation } from '../installations/installation-in-path.ts';
import { HttpError } from '../http/errors.ts';
import type { Installations } from '../installations/installations.ts';
import type { Logger } from '../observability/logger.ts';
import type { StreamingHttpClient } from '../outgoing/http-client.ts';
import type { Database } from '../persistence/database.ts';
import { fetchFeed } from './catalogue-fetch.ts';
import { FeedFailure } from './feed-failure.ts';
import { createFeedImportStore, type FeedKind, type FeedRef, type ImportSource } from './feed-import-store.ts';
import { createFeedLocks, type FeedLock } from './feed-lock-store.ts';
import { createFeedRowsStore } from './feed-rows-store.ts';
import { createFeedSweepStore } from './feed-sweep-store.ts';
import { catalogueTarget } from './import-catalogue.ts';
import { customersTarget } from './import-customers.ts';
import type { FeedFormat } from './raw-item.ts';
import { type OpenedFeed, runImport } from './run-import.ts';

export interface FeedImportsOptions {
  database: Database;
  http: StreamingHttpClient;
  installations: Pick<Installations, 'find'>;
  logger: Logger;
  /** Makes a whole import ready for its readers before it goes live; what it throws is logged, and holds nothing up. */
  beforeLive?: (installationId: string, kind: FeedKind, importId: string) => Promise<void>;
  /** Called after a feed's live import changed; what it throws is logged. */
  onLive: (installationId: string, kind: FeedKind) => void;
  /** To the database, at most. Imports keep all but one of them, which is for what they ask, and for others. */
  connections: number;
  /** Milliseconds for one import; 30 minutes unless told. */
  timeLimitMs?: number;
}

export interface ImportRequest extends FeedRef {
  source: ImportSource;
  /** The feed itself, or where it is; undefined = the address in the installation's settings. */
  from?: OpenedFeed | { url: string; format?: FeedFormat | undefined } | undefined;
  allowShrink?: boolean;
  /** Asks the server first whether the feed is still the live one. */
  conditional?: boolean;
  /** Asked once the feed is ours alone; `false` starts nothing. */
  isDue?: () => Promise<boolean>;
}

export interface StartedImport {
  importId: string;
  /** Resolves when it is over, however it ended. */
  done: Promise<void>;
}

const DEFAULT_TIME_LIMIT_MS = 30 * 60_000;
const DEFAULT_MAX_MEGABYTES = 2_048;
/** Each import holds two batches, and one of the database's connections. */
const MAX_AT_ONCE = 4;
const RELEASE_TRIES = 20;
const RELEASE_WAIT_MS = 50;

/** Imports feeds in the background. `stop()` it before the database closes. */
export function createFeedImports(options: FeedImportsOptions) {
  const { database, http, installations, logger, onLive, timeLimitMs = DEFAULT_TIME_LIMIT_MS } = options;
  const store = createFeedImportStore(database);
  const rows = createFeedRowsStore(database);
  const sweeps = createFeedSweepStore(database);
  const locks = createFeedLocks(database, Math.max(1, Math.min(MAX_AT_ONCE, options.connections - 1)));
  const targets = { catalogue: catalogueTarget(rows), customers: customersTarget(rows) };
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();

  async function settingsOf(installationId: string) {
    const installation = await installations.find(installationId);
    if (!installation) throw noInstallation();
    return installation.settings;
  }

  /** An import is over for everybody a moment before its lock is free: that moment is no conflict. */
  async function holdFeed(feed: FeedRef): Promise<FeedLock | undefined> {
    for (let tries = 0; tries < RELEASE_TRIES; tries += 1) {
      if (locks.isFull() || stopping.signal.aborted) {
        throw new HttpError('too-many-requests', 'Several feeds are being imported. Try again in a minute.');
      }
      const lock = await locks.tryHold(feed);
      if (lock || (await store.latest(feed))?.status === 'running') return lock;
      await wait(RELEASE_WAIT_MS);
    }
    return undefined;
  }

  async function run(request: ImportRequest, importId: string, lock: FeedLock): Promise<void> {
    const { installationId, kind } = request;
    const startedAt = performance.now();
    let outcome: string;
    try {
      outcome = await importNow(request, importId);
    } catch (error) {
      outcome = await fail(request, importId, error);
    } finally {
      await lock.release();
    }
    // Nobody reads these, so the next import need not wait for it; what is left the sweep removes.
    if (outcome !== 'live') await sweeps.deleteRows(importId).catch(() => undefined);
    const ms = Math.round(performance.now() - startedAt);
    logger.info({ event: 'feed-import', installation: installationId, kind, importId, outcome, ms });
  }

  async function importNow(request: ImportRequest, importId: string): Promise<string> {
    const { installationId, kind, from } = request;
    const { catalogue: settings, currency } = await settingsOf(installationId);
    // The feed's own time limit is told apart from the service's end by which signal it was.
    const time = AbortSignal.timeout(timeLimitMs);
    const outcome = await runImport({
      feed: { installationId, kind },
      importId,
      store,
      target: targets[kind],
      currency,
      allowShrink: request.allowShrink ?? settings?.allowShrink ?? false,
      beforeLive: () => prepare(request, importId),
      signal: AbortSignal.any([stopping.signal, time]),
      async open(signal) {
        if (from && 'bytes' in from) return from;
        const address = from ?? { url: settings?.url ?? '', format: settings?.format };
        const known = request.conditional === true ? await store.liveValidators(request) : {};
        const maxBytes = (settings?.maxMegabytes ?? DEFAULT_MAX_MEGABYTES) * 1024 * 1024;
        return fetchFeed(http, { ...address, known, maxBytes, timeoutMs: timeLimitMs }, signal);
      },
    });
    if (outcome === 'unchanged') await store.end(importId, 'unchanged');
    else tellLive(request);
    return outcome;
  }

  async function prepare({ installationId, kind }: FeedRef, importId: string): Promise<void> {
    try {
      await options.beforeLive?.(installationId, kind, importId);
    } catch (error) {
      logger.error({ event: 'before-live-failed', installation: installationId, error });
    }
  }

  function tellLive({ installationId, kind }: FeedRef): void {
    try {
      onLive(installationId, kind);
    } catch (error) {
      logger.error({ event: 'on-live-failed', installation: installationId, error });
    }
  }

  async function fail(request: ImportRequest, importId: string, error: unknown): Promise<string> {
    const failure = toFailure(error);
    if (failure.code === 'internal') {
      logger.error({ event: 'feed-import-broke', installation: request.installationId, importId, error });
    }
    try {
      await store.end(importId, 'failed', failure.code, failure.message);
    } catch (databaseError) {
      // The row stays "running" without a lock; the next sweep ends it.
      logger.error({ event: 'feed-import-not-ended', importId, error: databaseError });
    }
    return failure.code;
  }

  function toFailure(error: unknown): FeedFailure {
    if (stopping.signal.aborted) return new FeedFailure('interrupted');
    if (error instanceof DOMException && error.name === 'TimeoutError') return new FeedFailure('too-slow');
    if (error instanceof FeedFailure) return error.code === 'interrupted' ? new FeedFailure('too-slow') : error;
    return new FeedFailure('internal', undefined, { cause: error });
  }

  return {
    store,
    /** @throws HttpError not-found */
    async assertInstalled(installationId: string): Promise<void> {
      await settingsOf(installationId);
    },
    /**
     * Starts an import and resolves once it is registered; undefined when `isDue` said no.
     * @throws HttpError not-found, conflict (this feed is being imported), too-many-requests
     */
    async start(request: ImportRequest): Promise<StartedImport | undefined> {
      const { installationId, kind } = request;
      await settingsOf(installationId);
      const lock = await holdFeed({ installationId, kind });
      if (!lock) throw new HttpError('conflict', 'This feed is being imported. Wait until that import has ended.');
      try {
        if (request.isDue && !(await request.isDue())) {
          await lock.release();
          return undefined;
        }
        const importId = await store.begin(request, request.source);
        const done: Promise<void> = run(request, importId, lock).finally(() => running.delete(done));
        running.add(done);
        return { importId, done };
      } catch (error) {
        await lock.release();
        throw error;
      }
    },
    /**
     * Writes down an import that failed before it could begin, such as an upload that was cut. Not while as many run as
     * may: whoever sent it is told in any case.
     */
    async recordFailure(feed: FeedRef, source: ImportSource, failure: FeedFailure): Promise<void> {
      if (locks.isFull()) return;
      const lock = await locks.tryHold(feed);
      if (!lock) return;
      try {
        const importId = await store.begin(feed, source);
        await store.end(importId, 'failed', failure.code, failure.message);
      } finally {
        await lock.release();
      }
    },
    /** Ends imports whose process died and removes rows that nobody reads any more. */
    async sweep(): Promise<void> {
      for (const feed of await sweeps.runningFeeds()) {
        if (locks.isFull()) break;
        const lock = await locks.tryHold(feed);
        if (!lock) continue;
        await sweeps.endRunning(feed).finally(() => lock.release());
      }
      await sweeps.sweep();
    },
    /** Gives up what is being imported, and resolves when that is written down. */
    async stop(): Promise<void> {
      stopping.abort();
      await Promise.all(running);
    },
  };
}

export type FeedImports = ReturnType<typeof createFeedImports>;
