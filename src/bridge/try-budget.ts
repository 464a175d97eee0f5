import type { Sql } from '../persistence/database.ts';

/** What was left unused is caught up on for this long, in ms: workers are not there at the very moment. */
export const CATCH_UP_MS = 200;
/** A try begins at most this long after it was asked for, in ms; whoever would have to wait longer leaves its lane. */
const LONGEST_WAIT_MS = 2_000;

/** A moment of its own for one try. */
export interface ReservedTry {
  waitMs: number;
  /** Until the next moment that nobody has, in ms. */
  freeInMs: number;
}

// Moments lie evenly apart from the first on, so that no second has more than so many and what is caught up on.
const RESERVE = `
INSERT INTO destination_health AS health (scope, installation_id, destination_id, type, try_free_at, try_spacing_ms)
VALUES ($1, $2, $3, $4, now() + $5::float8 * interval '1 millisecond', $5)
ON CONFLICT (scope) DO UPDATE SET try_spacing_ms = excluded.try_spacing_ms,
  try_free_at = GREATEST(health.try_free_at, now() - ${CATCH_UP_MS} * interval '1 millisecond')
                + excluded.try_spacing_ms * interval '1 millisecond'
 WHERE (health.try_free_at > now() + ${LONGEST_WAIT_MS} * interval '1 millisecond') IS NOT TRUE
RETURNING (EXTRACT(EPOCH FROM try_free_at - now()) * 1000)::float8 AS "freeInMs"`;

const FREE_IN = `
SELECT (EXTRACT(EPOCH FROM try_free_at - now()) * 1000)::float8 AS "freeInMs" FROM destination_health WHERE scope = $1`;

/**
 * Takes the next moment for a try of this destination, whichever worker asks. Where that is too far ahead, none: then
 * only `freeInMs` is told. `about`: scope, installation, destination and type.
 */
export async function reserveTry(
  sql: Sql,
  about: readonly string[],
  triesPerSecond: number,
): Promise<ReservedTry | { waitMs: undefined; freeInMs: number }> {
  const spacingMs = 1_000 / triesPerSecond;
  const [reserved] = await sql.query<{ freeInMs: number }>(RESERVE, [...about, spacingMs]);
  if (reserved) return { waitMs: Math.max(reserved.freeInMs - spacingMs, 0), freeInMs: reserved.freeInMs };
  const [row] = await sql.query<{ freeInMs: number | null }>(FREE_IN, [about[0]]);
  return { waitMs: undefined, freeInMs: row?.freeInMs ?? 0 };
}
