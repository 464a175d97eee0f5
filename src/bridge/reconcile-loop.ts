import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '../observability/logger.ts';
import { SourceUnavailableError } from './conversation-source.ts';
import { type ReconcileLease, ReconcileLeaseLostError } from './reconcile-store.ts';
import { reconcileRound, type RoundResult } from './reconcile-round.ts';
import type { RoundDependencies } from './reconcile-timings.ts';
import { throttledMs } from './retry-policy.ts';
import { createWakeSignal } from '../persistence/wake-signal.ts';

/** Installations compared at the same time by one worker. */
const CONCURRENCY = 4;
/** An installation whose worker died is free again after this. */
const LEASE_MS = 60_000;
const RENEW_EVERY_MS = 15_000;
const LONGEST_POLL_MS = 15_000;
const LONGEST_BACK_OFF_MS = 60 * 60_000;
/** A call under way is not waited for: what it would have told is asked for again. */
const STOP_WITHIN_MS = 3_000;

export interface ReconcileLoop {
  /** Begins nothing more and resolves when what is in hand is committed or given up. */
  stop(): Promise<void>;
}

export type ReconcileDependencies = Omit<RoundDependencies, 'stopping'> & {
  /** Name of this worker in leases. */
  worker: string;
};

/** Compares every installation with the source every `everyMs`, on one worker at a time, until stopped. */
export function startReconciling(dependencies: ReconcileDependencies, logger: Logger): ReconcileLoop {
  const { store, worker, timings } = dependencies;
  const stop = new AbortController();
  const signal = createWakeSignal();
  const pollMs = Math.min(timings.everyMs / 4, LONGEST_POLL_MS);

  async function compare(lease: ReconcileLease): Promise<void> {
    const renewal = setInterval(() => void store.renew(lease, LEASE_MS).catch(() => undefined), RENEW_EVERY_MS);
    const startedAt = Date.now();
    try {
      const result = await reconcileRound(lease, { ...dependencies, stopping: stop.signal });
      report(logger, lease, result, Date.now() - startedAt);
      const failed = 'unreadable' in result && result.unreadable !== 'no-credentials';
      const complete = 'unreadable' in result || result.complete;
      await store.release(lease, failed ? backOffMs(lease) : complete ? spread(timings.everyMs) : 0, failed);
    } catch (error) {
      await giveUp(lease, error);
    } finally {
      clearInterval(renewal);
    }
  }

  async function giveUp(lease: ReconcileLease, error: unknown): Promise<void> {
    const { installationId: installation } = lease;
    if (stop.signal.aborted) return store.release(lease, 0, false);
    if (error instanceof ReconcileLeaseLostError) return logger.warn({ event: 'reconcile-lease-lost', installation });
    const unavailable = error instanceof SourceUnavailableError;
    const nextInMs = Math.max(backOffMs(lease), unavailable ? throttledMs(error.retryAfterMs, 0) : 0);
    if (unavailable) logger.warn({ event: 'reconcile-failed', installation, reason: 'source-unavailable', nextInMs });
    else logger.error({ event: 'reconcile-failed', installation, error, nextInMs });
    await store.release(lease, nextInMs, true);
  }

  const backOffMs = ({ failures }: ReconcileLease): number =>
    spread(Math.min(timings.everyMs * 2 ** Math.min(failures, 10), LONGEST_BACK_OFF_MS));

  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        const leases = await store.claim(worker, CONCURRENCY, LEASE_MS, timings.everyMs);
        await Promise.all(leases.map(compare));
        if (leases.length < CONCURRENCY) await signal.wait(pollMs);
      } catch (error) {
        logger.error({ event: 'reconcile-stopped', error });
        await signal.wait(LONGEST_POLL_MS);
      }
    }
  }

  const running = run();
  return {
    async stop() {
      stop.abort(new Error('the process is to stop'));
      signal.wake();
      await Promise.race([running, pause(STOP_WITHIN_MS, undefined, { ref: false })]);
    },
  };
}

/** A tenth more or less, so that installations which were due together do not stay together. */
const spread = (ms: number): number => Math.round(ms * (0.9 + Math.random() / 5));

/** The one line about one look. Ids and counts; a quiet look is for whoever debugs. */
function report(logger: Logger, { installationId: installation }: ReconcileLease, result: RoundResult, tookMs: number) {
  if ('unreadable' in result) {
    const line = { event: 'reconcile-failed', installation, reason: result.unreadable };
    return result.unreadable === 'no-credentials' ? logger.debug(line) : logger.warn(line);
  }
  const { counts, unsure } = result;
  const line = { event: 'reconciled', installation, ...counts, tookMs };
  if (unsure.length > 0) logger.warn({ ...line, unsure: unsure.slice(0, 20) });
  else if (counts.found + counts.closed + counts.unreadable > 0) logger.info(line);
  else logger.debug(line);
}
