import type { ConversationList } from './bridge/conversation-list.ts';
import type { ReconcileTimings } from './bridge/reconcile-timings.ts';
import { type ReconcileLoop, startReconciling } from './bridge/reconcile-loop.ts';
import { createReconcileStore } from './bridge/reconcile-store.ts';
import { orUnavailable } from './compose-bridge.ts';
import { createRestConversationList, type ListDependencies } from './iadvize/conversation-list.ts';
import { planningInstallations } from './installations/planning-queries.ts';
import type { Logger } from './observability/logger.ts';
import type { Database } from './persistence/database.ts';

/** The sender's last retry comes 30 s after the event (iAdvize contract 2.3). */
const GRACE_MS = 90_000;
const OVERLAP_MS = 60 * 60_000;
const PACE_MS = 100;

export interface ReconcilingParts {
  /** How often, in minutes; 0 = never. */
  minutes: number;
  /** Of installations without a setting of their own. */
  retentionDays: number;
  /** Shorter times, for tests. */
  timings: Partial<ReconcileTimings> | undefined;
  database: Database;
  reach: ListDependencies;
  worker: string;
  onPlanned: () => void;
  logger: Logger;
}

/** Compares iAdvize's own list with what its events told; undefined when that is switched off. */
export async function startReconcile(parts: ReconcilingParts): Promise<ReconcileLoop | undefined> {
  const { minutes, database, reach, worker, onPlanned, logger } = parts;
  if (minutes === 0) return undefined;
  const store = createReconcileStore(database, parts.retentionDays);
  // The data folder is ours alone, so whoever left a lease there is gone.
  if (database.kind === 'embedded') await store.endAllLeases();
  const timings = {
    everyMs: minutes * 60_000,
    graceMs: GRACE_MS,
    overlapMs: OVERLAP_MS,
    paceMs: PACE_MS,
    ...parts.timings,
  };
  const installations = planningInstallations;
  const list = conversationList(reach);
  return startReconciling({ database, store, list, installations, timings, onPlanned, worker }, logger);
}

function conversationList(reach: ListDependencies): ConversationList {
  const rest = createRestConversationList(reach);
  return {
    between: (installationId, from, to) => orUnavailable(rest.between(installationId, from, to)),
    one: (asked) => orUnavailable(rest.one(asked)),
    lists: rest.lists,
  };
}
