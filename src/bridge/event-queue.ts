import { crashPoint } from '../observability/crash-point.ts';
import type { Database, Sql, Transaction } from '../persistence/database.ts';
import { isDatabaseFault, isInTheWay } from '../persistence/database-faults.ts';
import { BARE_TOMBSTONE } from '../persistence/event-tombstone.ts';
import type { DomainEvent } from './domain-events.ts';
import { type EventRow, takeUpTo } from './event-take.ts';
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
 * `planned`, or all of them `held`: `nextInMs` is the time until another may be planned, undefined where none waits.
 * `idle`: there was none that may be planned now. `apart`: several failed together, nothing of them is planned, and they
 * are taken one by one now. `failed`: the event is at fault; `blocked`: the database is.
 */
export type PlanningOutcome =
  | { outcome: 'planned' | 'held'; nextInMs: number | undefined }
  | { outcome: 'idle' }
  | { outcome: 'apart'; events: number; error: unknown }
  | { outcome: 'failed' | 'blocked'; eventId: string; error: unknown };

// What ends with a semicolon is planned each time: a plan that was made for an empty table reads the whole table for
// several rows, until PostgreSQL counts again how many it has.
const HOLD = `UPDATE event SET plan_after = received_at + $2 * interval '1 second' WHERE id = $1::bigint`;
const DONE = `UPDATE event SET plan_after = NULL, planned_at = now() WHERE id = ANY($1::bigint[]);`;
// What comes of somebody who was erased is forgotten as soon as it is known whose it is.
const FORGET = `UPDATE event SET ${BARE_TOMBSTONE} WHERE id = ANY($1::bigint[]);`;

// One that others hold keeps all waiting that are planned with it. They fail instead, and each waits for itself.
const WAIT_FOR_NOBODY = `SELECT set_config('lock_timeout', '100ms', true)`;

// Not in the transaction that plans a start: a close that is being held right now would wait for it, and it for the
// close. Asked after a hold as well: the start may have been planned while the close was being put aside.
// Whoever has the row of one that is held erases it, or asks for its release himself.
// Tells at once when another is due, which saves whoever hears "none" the look. Only now: until its commit, an event that
// was planned held back what came behind it, from whoever was woken for that.
const RELEASE_HELD = `
WITH released AS (
  UPDATE event SET plan_after = now() WHERE id IN (
    SELECT id FROM event
     WHERE conversation_id = ANY($1::text[]) AND plan_after > now() AND plan_failures = 0
       AND EXISTS (SELECT 1 FROM conversation
                    WHERE id = event.conversation_id AND (start_source IS NOT NULL OR closed_at IS NOT NULL))
       FOR UPDATE SKIP LOCKED)
  RETURNING id
)
SELECT CASE WHEN EXISTS (SELECT FROM released) THEN 0
            ELSE (EXTRACT(EPOCH FROM (SELECT min(plan_after) FROM event) - now()) * 1000)::float8 END AS due_in_ms;`;

// An event is given up only for what is wrong with itself, and waits for an operator then: its status goes back to
// `accepted` when they set it going again (event-replay.ts).
const MAX_FAILURES = 8;
const FAILED = `
UPDATE event SET plan_failures = plan_failures + 1,
       plan_after = CASE WHEN plan_failures + 1 < $2 THEN now() + (2 ^ plan_failures) * $3 * interval '1 millisecond' END,
       status = CASE WHEN plan_failures + 1 < $2 THEN status ELSE 'quarantined' END,
       reason = CASE WHEN plan_failures + 1 < $2 THEN reason ELSE 'planning-failed' END
 WHERE id = $1::bigint AND plan_after IS NOT NULL`;

/** Somebody was in the way of several; without a code, so that nobody does the same again with all of them. */
class NotTogether extends Error {}

/**
 * Plans the events whose turn it is, in one transaction, and waits for none that another planner holds. `onMore`: there
 * are others, while these are being planned.
 */
export async function planNextEvents(
  dependencies: EventQueueDependencies,
  turns: PlanningTurns,
  onMore?: () => void,
): Promise<PlanningOutcome> {
  const { database } = dependencies;
  const most = turns.most();
  let taken: EventRow[] = [];
  let released: Promise<{ due_in_ms: number | null }[]> | undefined;
  try {
    const outcome = await database.transaction(async (sql) => {
      const found = await sql.query<EventRow>(takeUpTo(most), [turns.last, turns.resting()]);
      taken = beforeOneAtFault(found);
      if (taken.length === 0) return 'idle';
      turns.last = taken.at(-1)?.installation_id ?? '';
      if (taken.length < found.length || found.length === most) onMore?.();
      const { outcome, events } = await planAll(sql, taken, dependencies, turns.longestMs);
      taken = taken.slice(0, events);
      const conversationIds = taken.flatMap(({ conversation_id: id }) => (id === null ? [] : [id]));
      released = sql.afterwards(RELEASE_HELD, [conversationIds]);
      return outcome;
    });
    if (outcome === 'idle') return { outcome };
    for (const { id } of taken) turns.settled(id);
    // Should this fail, what is held comes by itself when its time is up.
    const [next] = (await released?.catch(() => [])) ?? [];
    return { outcome, nextInMs: next ? (next.due_in_ms ?? undefined) : 0 };
  } catch (error) {
    const [first, ...others] = taken;
    if (!first) throw error;
    if (others.length > 0) {
      turns.apart(taken.map(({ id }) => id));
      return { outcome: 'apart', events: taken.length, error: error instanceof NotTogether ? error.cause : error };
    }
    const failed = { eventId: first.id, error };
    // However long it lasts: what the database cannot do says nothing against the event, and leaves no trace in it.
    if (isDatabaseFault(error)) {
      turns.rest(first.id);
      return { outcome: 'blocked', ...failed };
    }
    // An event that another planner has planned meanwhile stays planned.
    await database.query(FAILED, [first.id, MAX_FAILURES, turns.retryBaseMs]);
    turns.settled(first.id);
    return { outcome: 'failed', ...failed };
  }
}

/** What was at fault once is planned by itself: those behind it have their turn after it. */
function beforeOneAtFault(found: EventRow[]): EventRow[] {
  const index = found.findIndex((row) => row.failed_before);
  return index < 0 ? found : found.slice(0, Math.max(1, index));
}

/** One after the other: what one does, the next one sees. `events`: so many, of the first, were planned or held. */
async function planAll(
  sql: Transaction,
  taken: readonly EventRow[],
  dependencies: EventQueueDependencies,
  longestMs: number,
): Promise<{ outcome: 'planned' | 'held'; events: number }> {
  const endsAt = performance.now() + longestMs;
  const done: string[] = [];
  const forgotten: string[] = [];
  let held = 0;
  if (taken.length > 1) sql.post(WAIT_FOR_NOBODY);
  for (const [index, row] of taken.entries()) {
    if (index > 0 && performance.now() > endsAt) break;
    const result = await plan(sql, row, dependencies).catch((error: unknown) => {
      throw taken.length > 1 && isInTheWay(error) ? new NotTogether('not together', { cause: error }) : error;
    });
    crashPoint('K6');
    if (result.planned) (result.forget ? forgotten : done).push(row.id);
    else {
      held += 1;
      sql.post(HOLD, [row.id, result.holdUntilAgeSeconds]);
    }
  }
  if (done.length > 0) sql.post(DONE, [done]);
  if (forgotten.length > 0) sql.post(FORGET, [forgotten]);
  const planned = done.length + forgotten.length;
  return { outcome: planned > 0 ? 'planned' : 'held', events: planned + held };
}

async function plan(
  sql: Transaction,
  row: EventRow,
  { installations, readStoredEvent }: EventQueueDependencies,
): ReturnType<typeof planEvent> {
  if (row.erased) return { planned: true, forget: true };
  const read = readStoredEvent(row.source, row.content_type ?? undefined, row.body);
  if (!read) return { planned: true };
  if (row.installation_id !== null && row.client_unknown && read.clientId !== undefined) {
    await installations.learnClient(sql, row.installation_id, read.clientId);
  }
  return planEvent(sql, toPlannable(row, read), installations);
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
