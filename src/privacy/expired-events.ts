import type { Sql } from '../persistence/database.ts';
import { BARE_TOMBSTONE } from '../persistence/event-tombstone.ts';
import { type Batch, removeInBatches, type SweepDependencies } from './expired-batches.ts';
import { installationsWithEvents, type KeptInstallation } from './kept-installations.ts';

/** Events looked at in one transaction. */
const BATCH = 500;

// Compared and ordered by both columns, which only the index of events that are no tombstones can do: along the key alone,
// PostgreSQL would read through years of tombstones. By the table's own id: the bare name is the text selected here. Nothing
// is locked that stays, for planners pass over what is locked.
const look = (rest: string): string => `
SELECT id::text, received_at < now() - $2 * interval '1 day' AS "isOld" FROM event
 WHERE erased_at IS NULL AND ${rest} ORDER BY installation_id, event.id LIMIT ${BATCH}`;

export const LOOK_AT_EVENTS = {
  ofOne: look('(installation_id, id) > ($1, $3::bigint) AND installation_id <= $1'),
  ofNone: look('$1::text IS NULL AND installation_id IS NULL AND id > $3::bigint'),
};

// As an array, for PostgreSQL to find them by their key however many it thinks they are.
export const EMPTY_EVENTS = `
WITH emptied AS (
  UPDATE event SET ${BARE_TOMBSTONE}
   WHERE erased_at IS NULL AND id = ANY(ARRAY(
     SELECT id FROM event WHERE id = ANY($1::bigint[]) AND erased_at IS NULL AND plan_after IS NULL
        FOR UPDATE SKIP LOCKED))
  RETURNING 1
)
SELECT count(*)::int AS count FROM emptied`;

/** Makes bare tombstones of the events that are too old to be kept, but for those that still wait for the planner. */
export async function emptyExpiredEvents(dependencies: SweepDependencies): Promise<void> {
  const { database, retentionDays } = dependencies;
  for (const installation of await installationsWithEvents(database, retentionDays)) {
    await removeInBatches(dependencies, '0', (sql, after) => emptyBatch(sql, installation, after));
  }
}

/** `after`: the id before the first one that is looked at. */
async function emptyBatch(sql: Sql, { id, days }: KeptInstallation, after: string): Promise<Batch<string>> {
  const statement = id === null ? LOOK_AT_EVENTS.ofNone : LOOK_AT_EVENTS.ofOne;
  const looked = await sql.query<{ id: string; isOld: boolean }>(statement, [id, days, after]);
  const old = looked.filter(({ isOld }) => isOld).map((event) => event.id);
  // Ids rise with the time of receipt: behind so many that are young there is no old one.
  if (old.length === 0) return { removed: {}, next: undefined };
  const [emptied] = await sql.query<{ count: number }>(EMPTY_EVENTS, [old]);
  return { removed: { events: emptied?.count ?? 0 }, next: looked.length === BATCH ? looked.at(-1)?.id : undefined };
}
