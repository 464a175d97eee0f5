import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { HttpError } from '../http/errors.ts';
import type { Logger } from '../observability/logger.ts';
import type { Database } from '../persistence/database.ts';
import { createCatalogueDueStore, type ScheduledCatalogue } from './catalogue-due-store.ts';
import type { FeedImports } from './feed-imports.ts';

export interface CatalogueSchedule {
  /** Starts no more imports and resolves when the loop has ended; imports are stopped by their owner. */
  stop(): Promise<void>;
}

export interface CatalogueScheduleOptions {
  database: Database;
  imports: FeedImports;
  logger: Logger;
  /** Milliseconds between two looks; 15 s unless told. */
  lookEveryMs?: number;
}

const LOOK_EVERY_MS = 15_000;
const SWEEP_EVERY_MS = 60_000;
/** Part of the interval that is added, a different one for each installation and import: shops share hosts. */
const JITTER = 0.1;

/** Whether a catalogue's next import is due. */
export function isDue({ installationId, lastId, ageSeconds, refreshMinutes }: ScheduledCatalogue): boolean {
  if (lastId === null || ageSeconds === null) return true;
  const share = createHash('sha256').update(`${installationId}/${lastId}`).digest().readUInt32BE(0) / 2 ** 32;
  return ageSeconds >= refreshMinutes * 60 * (1 + JITTER * share);
}

/** Refreshes every installation's catalogue from its address, one at a time, until stopped. */
export function startCatalogueSchedule(options: CatalogueScheduleOptions): CatalogueSchedule {
  const { database, imports, logger, lookEveryMs = LOOK_EVERY_MS } = options;
  const due = createCatalogueDueStore(database);
  const stopping = new AbortController();
  let sweptAt = -Infinity;

  async function refresh(installationId: string): Promise<void> {
    // Asked again under the feed's lock: another process may have imported it since the list was read.
    const stillDue = async (): Promise<boolean> => {
      const scheduled = await due.find(installationId);
      return scheduled !== undefined && isDue(scheduled);
    };
    try {
      const feed = { installationId, kind: 'catalogue', source: 'url', conditional: true, isDue: stillDue } as const;
      const started = await imports.start(feed);
      await started?.done;
    } catch (error) {
      // Being imported by somebody else, or removed since.
      if (!(error instanceof HttpError)) throw error;
    }
  }

  async function look(): Promise<void> {
    for (const scheduled of await due.scheduled()) {
      if (stopping.signal.aborted) return;
      if (isDue(scheduled)) await refresh(scheduled.installationId);
    }
    if (performance.now() - sweptAt >= SWEEP_EVERY_MS) {
      sweptAt = performance.now();
      await imports.sweep();
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await look();
      } catch (error) {
        logger.error({ event: 'catalogue-schedule-failed', error });
      }
      await wait(lookEveryMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
