import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../observability/logger.ts';
import { type HeldListener, type HeldListenerParts, holdListener } from './held-listener.ts';
import { idlePause } from './idle-pause.ts';
import type { Claimed, ListenerLease, ListenerStore } from './listener-store.ts';
import { createWakeSignal } from '../persistence/wake-signal.ts';

export interface ListenersDependencies {
  store: ListenerStore;
  read: HeldListenerParts['read'];
  /** Sees to it that every open chat that can be read has a listener. */
  ensure(): Promise<void>;
  /** New messages are stored; there may be files to fetch. */
  onStored(): void;
  /** Name of this worker in leases. */
  worker: string;
  logger: Logger;
  /** Listeners of one installation at the same time, all workers together. */
  perInstallation: number;
  leaseMs: number;
}

export interface Listeners {
  /** There may be a new chat. */
  wake(): void;
  /** Wakes those of that destination which this process has. Resolves when the others are told too. */
  hint(installationId: string, destinationId: string): Promise<void>;
  /** Gives up every reading, gives the leases back and resolves; whoever claims them next reads what was on the wire. */
  stop(): Promise<void>;
}

/** Listeners one worker has at most: each is a connection and a buffer. */
const MOST_HELD = 5_000;
/** Claimed in one go; more only after these have begun. */
const CLAIM_BATCH = 100;
/** When some wait for a place. */
const POLL_MS = 500;
/** Many chats that start at once are claimed together: nobody claims more often than this. */
const CLAIM_PAUSE_MS = 100;
const RENEW_EVERY_MS = 1_500;
const ENSURE_EVERY_MS = 60_000;
/** Where there are more chats than places, one is read this long before it is another's turn. */
const TURN_MS = 2_000;
const WARN_EVERY_MS = 60_000;
const AFTER_DATABASE_TROUBLE_MS = 1_000;

/** Claims listeners and runs them until stopped, each on its own: a slow one keeps nobody waiting. */
export function startListeners(dependencies: ListenersDependencies): Listeners {
  const { store, read, ensure, onStored, worker, logger, perInstallation, leaseMs } = dependencies;
  const held = new Map<string, HeldListener>();
  const signal = createWakeSignal();
  const warnedAt = new Map<string, number>();
  let stopping = false;
  /** By this process's own clock: what is not renewed by then may be another's. */
  let renewedAt = performance.now();
  let ensuredAt = -Infinity;

  const parts: HeldListenerParts = {
    read,
    onRead(lease, { newMessages, over, ...outcome }) {
      if (newMessages > 0) onStored();
      const isNews = outcome.failure !== undefined && !outcome.heldBack;
      if (newMessages > 0 || over || isNews) {
        const failed = { failure: outcome.failure, retryInMs: Math.round(outcome.pauseMs) };
        logger.info({ event: 'reading', ...nameOf(lease), newMessages, over, ...(outcome.failure && failed) });
      }
      if ('unforeseen' in outcome)
        logger.error({ event: 'reading-failed', ...nameOf(lease), error: outcome.unforeseen });
    },
    onTrouble: (lease, error) => logger.error({ event: 'reading-not-stored', ...nameOf(lease), error }),
    troublePauseMs: AFTER_DATABASE_TROUBLE_MS,
  };

  function hold(lease: ListenerLease): void {
    const listener = holdListener(lease, parts);
    held.set(lease.id, listener);
    void listener.done.then(async (end) => {
      if (end === 'lost') logger.warn({ event: 'listener-lost', ...nameOf(lease) });
      // A lease that cannot be given back ends by itself.
      if (end === 'yielded') await store.release([lease]).catch(() => undefined);
      if (held.get(lease.id) === listener) held.delete(lease.id);
      signal.wake();
    });
  }

  /** Who has a place gives it to those who have none, once what it is reading is stored. */
  function shareOut(waiting: Claimed['waiting'], workerIsFull: boolean): void {
    for (const { installationId, count, held: places } of waiting) {
      if (!workerIsFull && places < perInstallation) continue;
      const now = performance.now();
      const ours = [...held.values()].filter((one) => workerIsFull || one.lease.installationId === installationId);
      const hadTheirTurn = ours.filter(({ heldSince }) => now - heldSince > TURN_MS);
      for (const one of hadTheirTurn.slice(0, count)) one.yield();
      if (now - (warnedAt.get(installationId) ?? -Infinity) < WARN_EVERY_MS) continue;
      warnedAt.set(installationId, now);
      logger.warn({ event: 'listeners-take-turns', installation: installationId, waiting: count, perInstallation });
    }
  }

  async function claim(): Promise<boolean> {
    if (performance.now() - ensuredAt > ENSURE_EVERY_MS) {
      await ensure();
      ensuredAt = performance.now();
    }
    const most = Math.min(MOST_HELD - held.size, CLAIM_BATCH);
    if (held.size === 0) renewedAt = performance.now();
    const { leases, waiting } = await store.claim(worker, { most, perInstallation, leaseMs });
    for (const lease of leases) {
      // Ours until a moment ago, as far as we knew: the older one is void.
      held.get(lease.id)?.abort();
      hold(lease);
    }
    // With the batch used up, those waiting may only be waiting for the next one.
    if (leases.length < CLAIM_BATCH) shareOut(waiting, most < CLAIM_BATCH);
    return leases.length === CLAIM_BATCH;
  }

  async function run(): Promise<void> {
    while (!stopping) {
      try {
        const claimedAt = performance.now();
        if (await claim()) continue;
        await signal.wait(idlePause(await store.dueInMs(), POLL_MS));
        await sleep(Math.max(0, claimedAt + CLAIM_PAUSE_MS - performance.now()));
      } catch (error) {
        logger.error({ event: 'listener-claim-failed', error });
        await signal.wait(AFTER_DATABASE_TROUBLE_MS);
      }
    }
  }

  async function renew(): Promise<void> {
    if (held.size === 0) return;
    const listeners = [...held.values()];
    const beganAt = performance.now();
    const found = await store.renew(
      listeners.map(({ lease }) => lease),
      leaseMs,
    );
    renewedAt = beganAt;
    const byId = new Map(found.map((one) => [one.id, one]));
    for (const listener of listeners) {
      const now = byId.get(listener.lease.id);
      if (!now?.held) listener.abort();
      else if (now.hintedAt !== listener.hintedAt) {
        listener.hintedAt = now.hintedAt;
        listener.hint();
      }
    }
  }

  const renewal = setInterval(() => {
    // Cut off from the database, or asleep: somebody else may be reading by now, and some systems allow one reader only.
    if (performance.now() - renewedAt > leaseMs) for (const listener of held.values()) listener.abort();
    renew().catch((error: unknown) => logger.warn({ event: 'listener-renew-failed', error }));
  }, RENEW_EVERY_MS);
  const running = run();

  return {
    wake: () => signal.wake(),
    async hint(installationId, destinationId) {
      const ours = [...held.values()].filter(
        ({ lease }) => lease.installationId === installationId && lease.destinationId === destinationId,
      );
      for (const listener of ours) listener.hint();
      const hintedAt = await store.hint(installationId, destinationId);
      for (const listener of ours) listener.hintedAt = hintedAt ?? listener.hintedAt;
      signal.wake();
    },
    async stop() {
      stopping = true;
      signal.wake();
      await running;
      clearInterval(renewal);
      const leases = [...held.values()].map(({ lease }) => lease);
      const ends = [...held.values()].map(({ done }) => done);
      for (const listener of held.values()) listener.abort();
      await Promise.all(ends);
      await store.release(leases);
    },
  };
}

const nameOf = ({ id, installationId, destinationId, laneId }: ListenerLease): object => ({
  listener: id,
  installation: installationId,
  destination: destinationId,
  ...(laneId !== undefined && { lane: laneId }),
});
