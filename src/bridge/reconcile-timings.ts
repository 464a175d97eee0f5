import type { Database } from '../persistence/database.ts';
import type { ConversationList } from './conversation-list.ts';
import type { PlanningInstallations } from './planner.ts';
import type { ReconcileStore } from './reconcile-store.ts';

/** All in ms. */
export interface ReconcileTimings {
  /** How often an installation is compared. */
  everyMs: number;
  /** How long the sender may still tell of something by itself. */
  graceMs: number;
  /** How far before the last look the next one begins: lists may show late, and doubts may clear. */
  overlapMs: number;
  /** Between two calls about single conversations. */
  paceMs: number;
}

export interface RoundDependencies {
  database: Database;
  store: ReconcileStore;
  list: ConversationList;
  installations: PlanningInstallations;
  timings: ReconcileTimings;
  /** There may be something to carry. */
  onPlanned: () => void;
  /** Aborts when the process is to stop. */
  stopping: AbortSignal;
}
