import { crashPoint } from '../observability/crash-point.ts';
import type { Database, Sql } from '../persistence/database.ts';
import { isDatabaseFault } from '../persistence/database-faults.ts';
import { BARE_TOMBSTONE } from '../persistence/event-tombstone.ts';
import type { DomainEvent } from './domain-events.ts';
import { type EventRow, TAKE } from './event-take.ts';
import { type PlannableEvent, planEvent, type PlanningInstallations } from './planner.ts';
import type { PlanningTurns } from './planning-turns.ts';

/** Reads a stored event's bytes again; undefined when they no longer mean anything to us. */
export type ReadStoredEvent = (
  source: string,
  contentType: string | undefined,
  body: Uint8Array,
) => { event: DomainEvent; clientId: string | undefined } | undefined;

export interface EventQueueDependencies {
  database: Database;
  installations: PlanningInstallations & {
    learnClient(sql: Sql, installationId: string, clientId: string): Promise<void>;
  };
  readStoredEvent: ReadStoredEvent;
}

/**
 * `planned` or `held` one event; `idle`: there was none that may be planned now. `more`: there may be another. `failed`:
 * the event is at fault; `blocked`: the database is.
 */
export type PlanningOutcome =
  | { outcome: 'planned' | 'held' | 'idle'; more: boolean }
  | { outcome: 'failed' | 'blocked'; eventId: string; error: unknown };

const HOLD = `UPDATE event SET plan_after = received_at + $2 * interval '1 second' WHERE id = $1::bigint`;
const DONE = `UPDATE event SET plan_after = NULL, planned_at = now() WHERE id = $1::bigint`;
// What comes of somebody who was erased is forgotten as soon as it is known whose it is.
const FORGET = `UPDATE event SET ${BARE_TOMBSTONE} WHERE id = $1::bigint`;

// Not in the transaction that plans a start: a close that is being held right now would wait for it, and it for the
// close. Asked after a hold as well: the start may have been planned while the close was being put aside.
// Tells at once whether another is due, which saves whoever hears "no" the look. Only now: until its commit, the event that
// was planned held back what came behind it, from whoever was woken for that.
const RELEASE_HELD = `
WITH released AS (
  UPDATE event SET plan_after = now()
   WHERE conversation_id = $1 AND plan_after > now() AND plan_failures = 0
     AND EXISTS (SELECT 1 FROM conversation WHERE id = $1 AND (start_source IS NOT NULL OR closed_at IS NOT NULL))
  RETURNING id
)
SELECT EXISTS (SELECT FROM released) OR COALESCE((SELECT min(plan_after) FROM event) <= now(), false) AS more`;

// An event is given up only for what is wrong with itself, and waits for an operator then: its status goes back to
// `accepted` when they set it going again (event-replay.ts).
const MAX_FAILURES = 8;
const FAILED = `
UPDATE event SET plan_failures = plan_failures + 1,
       plan_after = CASE WHEN plan_failures + 1 < $2 THEN now() + (2 ^ plan_failures) * $3 * interval '1 millisecond' END,
       status = CASE WHEN plan_failures + 1 < $2 THEN status ELSE 'quarantined' END,
       reason = CASE WHEN plan_failures + 1 < $2 THEN reason ELSE 'planning-failed' END
 WHERE id = $1::bigint AND plan_after IS NOT NULL`;

/**
 * Plans the event whose turn it is, in one transaction, and waits for none that another planner holds. `onMore`: there
 * may be another, while this one is being planned.
 */
export async function planNextEvent(
  dependencies: EventQueueDependencies,
  turns: PlanningTurns,
  onMore?: () => void,
): Promise<PlanningOutcome> {
  const { database, installations, readStoredEvent } = dependencies;
  let taken: EventRow | undefined;
  let released: Promise<{ more: boolean }[]> | undefined;
  try {
    const outcome = await database.transaction(async (sql) => {
      [taken] = await sql.query<EventRow>(TAKE, [turns.last, turns.resting()]);
      if (!taken) return 'idle';
      turns.last = taken.installation_id ?? '';
      if (taken.more) onMore?.();
      released = sql.afterwards(RELEASE_HELD, [taken.conversation_id]);
      if (taken.erased) {
        sql.post(FORGET, [taken.id]);
        return 'planned';
      }
      const read = readStoredEvent(taken.source, taken.content_type ?? undefined, taken.body);
      if (!read) {
        sql.post(DONE, [taken.id]);
        return 'planned';
      }
      if (taken.installation_id !== null && taken.client_unknown && read.clientId !== undefined) {
        await installations.learnClient(sql, taken.installation_id, read.clientId);
      }
      const result = await planEvent(sql, toPlannable(taken, read), installations);
      crashPoint('K6');
      if (!result.planned) {
        sql.post(HOLD, [taken.id, result.holdUntilAgeSeconds]);
        return 'held';
      }
      sql.post(result.forget ? FORGET : DONE, [taken.id]);
      return 'planned';
    });
    if (!taken || outcome === 'idle') return { outcome: 'idle', more: false };
    turns.planned(taken.id);
    // Should this fail, what is held comes by itself when its time is up.
    const [next] = (await released?.catch(() => [])) ?? [];
    return { outcome, more: next?.more ?? true };
  } catch (error) {
    if (!taken) throw error;
    const failed = { eventId: taken.id, error };
    // However long it lasts: what the database cannot do says nothing against the event, and leaves no trace in it.
    if (isDatabaseFault(error)) {
      turns.rest(taken.id);
      return { outcome: 'blocked', ...failed };
    }
    // An event that another planner has planned meanwhile stays planned.
    await database.query(FAILED, [taken.id, MAX_FAILURES, turns.retryBaseMs]);
    return { outcome: 'failed', ...failed };
  }
}

const DUE_IN = `SELECT (EXTRACT(EPOCH FROM min(plan_after) - now()) * 1000)::float8 AS due_in_ms FROM event`;

/** Until the first event may be planned, in ms; undefined when all are. */
export async function eventDueInMs(sql: Sql): Promise<number | undefined> {
  const [row] = await sql.query<{ due_in_ms: number | null }>(DUE_IN);
  return row?.due_in_ms ?? undefined;
}

function toPlannable(row: EventRow, read: { event: DomainEvent; clientId: string | undefined }): PlannableEvent {
  const { id, source, installation_id: installationId, age_seconds: ageSeconds } = row;
  return { id, source, ...read, installationId: installationId ?? undefined, ageSeconds };
}
