import type { Database } from '../persistence/database.ts';
import { type ReservedTry, reserveTry } from './try-budget.ts';

/** One destination of one installation. */
export interface HealthScope {
  installationId: string;
  destinationId: string;
  /** Type of the chat system. */
  type: string;
  /** Its readings, which are judged apart from what is written. */
  reading?: boolean;
  /** The lane that writes, or whose chat is read. */
  laneId?: string | undefined;
}

/** `troubled`: it failed lately, so a success is worth writing down. `freeInMs`: until somebody may call. */
export type Admission = { admitted: true; troubled: boolean } | { admitted: false; freeInMs: number };

export interface Breaker {
  afterFailures: number;
  intervalMs: number;
}

/** No call for `forMs`; then the lanes come back over `spreadMs`. */
export interface Pause {
  forMs: number;
  spreadMs: number;
}

export interface Failed {
  /** That opened the breaker. */
  opened: boolean;
  /** Behind an open breaker: until somebody may try again, in ms. */
  nextTrialInMs: number | undefined;
}

/** What all workers know together of destinations in trouble. All times are the database's. */
export interface HealthStore {
  /** Whether it may be called now. Behind an open breaker one caller per `intervalMs` may, whichever worker asks. */
  admit(scope: HealthScope, intervalMs: number): Promise<Admission>;
  /** It took what was written: all is well again. True when that closed the breaker. */
  wrote(scope: HealthScope): Promise<boolean>;
  /** It could be read. Behind an open breaker the next try need not wait; true when there is one. */
  read(scope: HealthScope): Promise<boolean>;
  /**
   * It did not answer, or was in trouble; where it named a time, nobody calls before, as after `throttled`. A closed
   * breaker counts what one lane fails at in a row once: that lane may be what is wrong.
   */
  failed(scope: HealthScope, code: string, breaker: Breaker, pause?: Pause): Promise<Failed>;
  /** It answers, and asks for no call for `forMs`; then its lanes come back over `spreadMs`. */
  throttled(scope: HealthScope, forMs: number, spreadMs: number): Promise<void>;
  /** The next moment for a try, of so many in a second; undefined `waitMs`: none was taken, it is too far ahead. */
  reserve(scope: HealthScope, triesPerSecond: number): Promise<ReservedTry | { waitMs: undefined; freeInMs: number }>;
}

const LOOK = `
SELECT opened_at IS NOT NULL AS open, failures > 0 OR opened_at IS NOT NULL AS troubled,
       GREATEST(EXTRACT(EPOCH FROM GREATEST(throttled_until, next_trial_at) - now()) * 1000, 0)::float8 AS free_in_ms
  FROM destination_health WHERE scope = $1`;

// Whoever moves the time on has the try: the second of two that come at once finds it moved.
const TRY = `
UPDATE destination_health SET next_trial_at = now() + $2 * interval '1 millisecond'
 WHERE scope = $1 AND next_trial_at <= now() RETURNING scope`;

const RECOVER = `
WITH before AS (SELECT opened_at FROM destination_health WHERE scope = $1 FOR UPDATE)
UPDATE destination_health SET failures = 0, last_code = NULL, opened_at = NULL, next_trial_at = NULL FROM before
 WHERE scope = $1 RETURNING before.opened_at IS NOT NULL AS closed`;

const READABLE = `UPDATE destination_health SET next_trial_at = now() WHERE scope = $1 AND opened_at IS NOT NULL RETURNING scope`;

// Behind an open breaker every try counts, also where one lane makes them all, so that it opens once.
const COUNTED = `health.failures + CASE WHEN health.opened_at IS NULL AND health.failures > 0
                                         AND health.last_failed_lane = excluded.last_failed_lane THEN 0 ELSE 1 END`;

const FAIL = `
INSERT INTO destination_health AS health
       (scope, installation_id, destination_id, type, failures, last_code, opened_at, next_trial_at, throttled_until, spread_ms,
        last_failed_lane)
SELECT $1, $2, $3, $4, 1, $5, CASE WHEN $6::int <= 1 THEN now() END,
       CASE WHEN $6::int <= 1 THEN now() + $7::float8 * interval '1 millisecond' END,
       now() + $8::float8 * interval '1 millisecond', COALESCE($9::int, 0), hashtext($10::text)
ON CONFLICT (scope) DO UPDATE SET failures = ${COUNTED}, last_code = excluded.last_code, type = excluded.type,
  last_failed_lane = excluded.last_failed_lane,
  opened_at = CASE WHEN health.opened_at IS NULL AND ${COUNTED} >= $6::int THEN now() ELSE health.opened_at END,
  next_trial_at = CASE WHEN health.opened_at IS NULL AND ${COUNTED} >= $6::int
                       THEN now() + $7::float8 * interval '1 millisecond' ELSE health.next_trial_at END,
  throttled_until = GREATEST(health.throttled_until, excluded.throttled_until),
  spread_ms = COALESCE($9::int, health.spread_ms)
RETURNING failures = $6::int AS opened,
          CASE WHEN opened_at IS NOT NULL
               THEN GREATEST(EXTRACT(EPOCH FROM next_trial_at - now()) * 1000, 0)::float8 END AS "nextTrialInMs"`;

const THROTTLE = `
INSERT INTO destination_health AS health
       (scope, installation_id, destination_id, type, last_code, throttled_until, spread_ms)
VALUES ($1, $2, $3, $4, 'rate-limited', now() + $5::float8 * interval '1 millisecond', $6)
ON CONFLICT (scope) DO UPDATE SET failures = 0, last_code = excluded.last_code, type = excluded.type, opened_at = NULL,
  next_trial_at = NULL, spread_ms = excluded.spread_ms,
  throttled_until = GREATEST(health.throttled_until, excluded.throttled_until)`;

/** Lanes look for the key of what is written; that of readings is none of theirs. */
const READING_SUFFIX = '#reading';
const keyOf = ({ installationId, destinationId, reading = false }: HealthScope): string =>
  `${installationId}/${destinationId}${reading ? READING_SUFFIX : ''}`;

export function createHealthStore(database: Database): HealthStore {
  const columns = (scope: HealthScope) => [keyOf(scope), scope.installationId, scope.destinationId, scope.type];
  return {
    async admit(scope, intervalMs) {
      const [row] = await database.query<{ open: boolean; troubled: boolean; free_in_ms: number }>(LOOK, [
        keyOf(scope),
      ]);
      if (!row) return { admitted: true, troubled: false };
      if (row.free_in_ms > 0) return { admitted: false, freeInMs: row.free_in_ms };
      if (!row.open) return { admitted: true, troubled: row.troubled };
      const mine = await database.query(TRY, [keyOf(scope), intervalMs]);
      return mine.length > 0 ? { admitted: true, troubled: true } : { admitted: false, freeInMs: intervalMs };
    },
    async wrote(scope) {
      const [row] = await database.query<{ closed: boolean }>(RECOVER, [keyOf(scope)]);
      return row?.closed ?? false;
    },
    async read(scope) {
      return (await database.query(READABLE, [keyOf(scope)])).length > 0;
    },
    async failed(scope, code, { afterFailures, intervalMs }, pause) {
      const asked = pause && pause.forMs > 0 ? pause : undefined;
      const values = [
        ...columns(scope),
        code,
        afterFailures,
        intervalMs,
        asked?.forMs ?? null,
        asked?.spreadMs ?? null,
        scope.laneId ?? null,
      ];
      const [row] = await database.query<{ opened: boolean; nextTrialInMs: number | null }>(FAIL, values);
      return { opened: row?.opened ?? false, nextTrialInMs: row?.nextTrialInMs ?? undefined };
    },
    async throttled(scope, forMs, spreadMs) {
      await database.query(THROTTLE, [...columns(scope), forMs, spreadMs]);
    },
    reserve: (scope, triesPerSecond) => reserveTry(database, columns(scope), triesPerSecond),
  };
}
