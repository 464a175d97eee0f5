import type { ListedConversation } from './conversation-list.ts';
import { planFound, planMissedClose } from './plan-found.ts';
import type { ReconcileLease } from './reconcile-store.ts';
import type { RoundDependencies } from './reconcile-timings.ts';

/** Conversations of one transaction: enough to be quick, few enough to keep no planner waiting. */
const MOST_AT_ONCE = 20;

export interface FoundBatch {
  /** A conversation that was never heard of. */
  addFound(listed: ListedConversation): Promise<void>;
  /** The close of one that we have, by its own source id. */
  addClose(listed: ListedConversation, sourceId: string): Promise<void>;
  /** Commits the rest, and with it how far the comparison came; tells what was really new. */
  finish(progress?: { cursor: Date; idsFit: boolean | undefined }): Promise<{ found: number; closed: number }>;
}

/** Plans what a round finds, some conversations a transaction, each while the installation is still this worker's. */
export function createFoundBatch(lease: ReconcileLease, dependencies: RoundDependencies): FoundBatch {
  const { database, store, installations, onPlanned } = dependencies;
  const { installationId } = lease;
  let waiting: { listed: ListedConversation; closeOf?: string }[] = [];
  const done = { found: 0, closed: 0 };

  async function commit(progress?: { cursor: Date; idsFit: boolean | undefined }): Promise<void> {
    const batch = waiting;
    waiting = [];
    const found = await database.transaction(async (sql) => {
      await store.hold(sql, lease);
      let count = 0;
      for (const { listed, closeOf } of batch) {
        if (closeOf !== undefined) await planMissedClose(sql, installationId, listed, closeOf, installations);
        else if (await planFound(sql, installationId, listed, installations)) count += 1;
      }
      if (progress) await store.advance(sql, lease, progress.cursor, progress.idsFit);
      return count;
    });
    done.found += found;
    done.closed += batch.filter(({ closeOf }) => closeOf !== undefined).length;
    if (batch.length > 0) onPlanned();
  }

  async function add(one: (typeof waiting)[number]): Promise<void> {
    waiting.push(one);
    if (waiting.length >= MOST_AT_ONCE) await commit();
  }

  return {
    addFound: (listed) => add({ listed }),
    addClose: (listed, sourceId) => add({ listed, closeOf: sourceId }),
    async finish(progress) {
      if (progress !== undefined || waiting.length > 0) await commit(progress);
      return done;
    },
  };
}
