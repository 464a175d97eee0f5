import type { Logger } from '../observability/logger.ts';
import { carryHead, type CarryDependencies, type Carried } from './carry-head.ts';
import { type Lease, LeaseLostError } from './delivery.ts';
import { idlePause } from './idle-pause.ts';
import type { OpenConfigured } from './lane-context.ts';
import type { Places } from './lane-store.ts';
import { CATCH_UP_MS } from './try-budget.ts';
import { createWakeSignal } from '../persistence/wake-signal.ts';

/** Lanes worked on at the same time by one worker. The embedded database has one session, for which they wait. */
const CONCURRENCY = { postgres: 64, embedded: 32 } as const;
/** Lanes claimed in one go. */
const CLAIMED_AT_ONCE = 16;
/** A claim costs the database more than a write does, so what comes in so short a time shares one, in ms. */
const CLAIMS_APART_MS = 20;
/** The same where the last one brought nothing, as nearly all places are taken by destinations that wait for more. */
const CLAIMS_IN_VAIN_APART_MS = 100;
/** Deliveries of one lane carried before others have their turn; one, where no place is left for anybody else. */
const MOST_IN_A_ROW = 10;
/** A lane whose worker died is free again after this. */
const LEASE_MS = 6_000;
const RENEW_EVERY_MS = 1_500;
/** Net below the wake-ups while there is work: leases of the dead end, and a notice may be lost. */
const POLL_MS = 1_000;
const AFTER_DATABASE_TROUBLE_MS = 1_000;

/** What settings decide about. */
type BySettings = Pick<CarryDependencies, 'source' | 'openConfigured' | 'fence'>;

export interface CourierDependencies extends Omit<CarryDependencies, keyof BySettings | 'onFreeIn'> {
  /** With the settings as they are when they are asked for first. A lease is short: it is carried with those it began with. */
  forLease(): BySettings;
}

export interface Courier {
  /** There may be work now. */
  wake(): void;
  /** Claims no more and resolves when the lanes in flight are settled. */
  stop(): Promise<void>;
}

/** Claims lanes and carries their heads until stopped, many at a time; a slow lane keeps only itself waiting. */
export function startCourier(
  dependencies: CourierDependencies,
  logger: Logger,
  onCarried?: (carried: Carried) => void,
): Courier {
  const { lanes, worker } = dependencies;
  const concurrency = CONCURRENCY[dependencies.database.kind];
  const signal = createWakeSignal();
  const inFlight = new Set<Lease>();
  let stopping = false;
  let lastTurn: string | undefined;
  /** By the process's own clock, in ms. */
  let nextClaimAt = -Infinity;
  /** Something due may have been left for want of a place. */
  let leftOver = false;

  /** A retry is taken up when it is due, not at the next poll. */
  function wakeAfter(ms: number): void {
    if (ms > 0) setTimeout(() => signal.wake(), ms).unref();
  }

  async function carry(lease: Lease): Promise<void> {
    const { openConfigured, ...forLease } = dependencies.forLease();
    // What is caught up on is claimed together: less often is enough.
    const onFreeIn = (ms: number): void => wakeAfter(Math.max(ms, CATCH_UP_MS / 2));
    const opened = { ...dependencies, ...forLease, openConfigured: once(openConfigured), onFreeIn };
    try {
      let carried: Carried | undefined;
      for (let count = 1; count === 1 || carried?.kept === true; count += 1) {
        const isLast = count >= MOST_IN_A_ROW || inFlight.size >= concurrency || stopping;
        carried = await carryHead(lease, opened, !isLast);
        if (!carried || isLast) leftOver = true;
        if (!carried) return;
        onCarried?.(carried);
        logger.info(describe(lease, carried));
        if (carried.error !== undefined)
          logger.error({ event: 'carry-failed', lane: lease.laneId, error: carried.error });
        wakeAfter(pauseOf(carried));
      }
    } catch (error) {
      if (error instanceof LeaseLostError) logger.warn({ event: 'lease-lost', lane: lease.laneId });
      // The lease ends by itself and the lane is tried again: what is on disk says where it stands.
      else logger.error({ event: 'carry-failed', lane: lease.laneId, error });
    } finally {
      inFlight.delete(lease);
      if (leftOver || stopping) signal.wake();
    }
  }

  function places(): Places {
    const counts = new Map<string, number>();
    for (const lease of inFlight) counts.set(scopeOf(lease), (counts.get(scopeOf(lease)) ?? 0) + 1);
    return { free: concurrency - inFlight.size, inFlight: counts, lastTurn };
  }

  /** Ends before its time where enough places become free. */
  async function pauseBeforeClaim(): Promise<void> {
    for (let earlyMs = nextClaimAt - performance.now(); earlyMs > 0; earlyMs = nextClaimAt - performance.now()) {
      await new Promise((resolve) => setTimeout(resolve, Math.min(earlyMs, CLAIMS_APART_MS)));
      if (stopping || concurrency - inFlight.size >= CLAIMED_AT_ONCE) return;
    }
  }

  async function run(): Promise<void> {
    for (;;) {
      await pauseBeforeClaim();
      if (stopping) return;
      signal.forget();
      const before = places();
      const most = Math.min(before.free, CLAIMED_AT_ONCE);
      try {
        leftOver = false;
        const leases = most > 0 ? await lanes.claim(worker, most, LEASE_MS, before) : [];
        const limited = wasLimited(before, leases);
        const inVain = limited && most > 0 && most < CLAIMED_AT_ONCE && leases.length === 0;
        const apartMs = inVain ? CLAIMS_IN_VAIN_APART_MS : CLAIMS_APART_MS;
        // A full one is followed by the next one at once.
        if (leases.length < CLAIMED_AT_ONCE) nextClaimAt = performance.now() + apartMs;
        for (const lease of leases) {
          inFlight.add(lease);
          lastTurn = scopeOf(lease);
          void carry(lease);
        }
        if (limited) {
          leftOver = true;
          // Whoever ended during the claim has left a place that it did not know of.
          if (inFlight.size < concurrency - before.free + leases.length) signal.wake();
        }
        const isIdle = leases.length === 0 && inFlight.size === 0;
        if (isIdle) await signal.wait(idlePause(await lanes.dueInMs()));
        else if (leases.length < most || most === 0) await signal.wait(POLL_MS);
      } catch (error) {
        nextClaimAt = performance.now() + CLAIMS_APART_MS;
        logger.error({ event: 'claim-failed', error });
        await signal.wait(AFTER_DATABASE_TROUBLE_MS);
      }
    }
  }

  const renewal = setInterval(() => {
    if (inFlight.size === 0) return;
    lanes.renew([...inFlight], LEASE_MS).catch((error: unknown) => {
      logger.warn({ event: 'renew-failed', error });
    });
  }, RENEW_EVERY_MS);
  const running = run();

  return {
    wake: () => signal.wake(),
    async stop() {
      stopping = true;
      signal.wake();
      await running;
      while (inFlight.size > 0) await signal.wait(POLL_MS);
      clearInterval(renewal);
    },
  };
}

/** Whether a destination has as many places as are free now, so that the claim gave it no more. */
function wasLimited({ free, inFlight }: Places, leases: readonly Lease[]): boolean {
  const counts = new Map(inFlight);
  for (const lease of leases) counts.set(scopeOf(lease), (counts.get(scopeOf(lease)) ?? 0) + 1);
  return Math.max(0, ...counts.values()) >= free - leases.length;
}

const scopeOf = ({ installationId, destinationId }: Lease): string => `${installationId}/${destinationId}`;

function once(open: OpenConfigured): OpenConfigured {
  let opening: ReturnType<OpenConfigured> | undefined;
  return (installationId, destinationId) => (opening ??= open(installationId, destinationId));
}

function pauseOf({ outcome: { settlement } }: Carried): number {
  if (settlement.to === 'pending') return settlement.retryInMs;
  return settlement.to === 'sending' ? settlement.lookInMs : 0;
}

/** The one line about one piece of work. Ids, codes and counts; never what was said. */
function describe(lease: Lease, { delivery, outcome }: Carried): object {
  const { settlement, attempt } = outcome;
  return {
    event: 'delivery',
    lane: lease.laneId,
    delivery: delivery.id,
    kind: delivery.kind,
    to: settlement.to,
    ...('reason' in settlement && { reason: settlement.reason }),
    ...('parts' in settlement && settlement.parts && { parts: settlement.parts.length }),
    ...('retryInMs' in settlement && { retryInMs: settlement.retryInMs }),
    ...(attempt && { outcome: attempt.outcome.outcome }),
    ...(attempt?.outcome.httpStatus !== undefined && { httpStatus: attempt.outcome.httpStatus }),
    ...(attempt?.outcome.requestId !== undefined && { upstreamRequestId: attempt.outcome.requestId }),
  };
}
