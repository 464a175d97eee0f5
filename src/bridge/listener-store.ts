import type { Database, Sql } from '../persistence/database.ts';

/** A worker's temporary right to read one chat, or all open chats of a destination. */
export interface ListenerLease {
  /** The lane's id, or "<installation id>/<destination id>". */
  id: string;
  installationId: string;
  destinationId: string;
  /** The one chat it reads; undefined = all open ones of the destination. */
  laneId: string | undefined;
  /** Checked by every store. */
  fencing: string;
  /** Consecutive failures, whoever had them. */
  failures: number;
  /** The newest hint that was given before the claim. */
  hintedAt: string | null;
}

/** Another worker listens now: whatever this one was about to store is void. */
export class ListenerLostError extends Error {}

export interface ClaimLimits {
  /** Leases wanted at most. */
  most: number;
  /** Leases of one installation at the same time, all workers together. */
  perInstallation: number;
  leaseMs: number;
}

export interface Claimed {
  leases: ListenerLease[];
  /** Installations with listeners that are due and free now, and how many of theirs are leased. */
  waiting: { installationId: string; count: number; held: number }[];
}

/** What a renewal found. `held` false: another worker has it, or nothing is left to read. */
export interface Renewed {
  id: string;
  held: boolean;
  hintedAt: string | null;
}

/** Leases of listeners. All times are the database's. */
export interface ListenerStore {
  /**
   * Leases what is due and free, installations in turn: first those by which all chats of a destination are read and
   * that were not read for some seconds, then those that were read longest ago.
   */
  claim(owner: string, limits: ClaimLimits): Promise<Claimed>;
  /** Prolongs all leases in one statement. One that is being stored at this moment is `held` and prolonged by that. */
  renew(leases: readonly ListenerLease[], leaseMs: number): Promise<Renewed[]>;
  /** Gives leases back, so that they can be claimed at once. */
  release(leases: readonly ListenerLease[]): Promise<void>;
  /** Only right where no other worker can be alive: at the start of an embedded database. */
  endAllLeases(): Promise<void>;
  /** Until the first listener may be claimed, in ms; undefined when there is none. */
  dueInMs(): Promise<number | undefined>;
  /** Tells whoever listens there that there is something to read. Returns the hint's time. */
  hint(installationId: string, destinationId: string): Promise<string | undefined>;
}

interface LeaseRow {
  id: string;
  installation_id: string;
  destination_id: string;
  lane_id: string | null;
  fencing: string;
  failures: number;
  hinted_at: string | null;
}

/** Claims come one at a time, else two workers could both fill the last place of an installation. */
const CLAIM_LOCK = `SELECT pg_try_advisory_xact_lock(72707370) AS locked`;

// By one of these all chats of a destination are read; where places are few, the others have their turn in between.
const GOES_FIRST = `lane_id IS NULL AND COALESCE(last_read_at < now() - interval '5 seconds', true)`;
const FREE = `(listener.lease_until IS NULL OR listener.lease_until <= now()) AND listener.next_at <= now()`;

const CLAIM = `
WITH busy AS (
  SELECT installation_id, count(*) FILTER (WHERE lease_until > now()) AS held FROM listener GROUP BY installation_id
), waiting AS (
  SELECT id, installation_id, row_number() OVER (PARTITION BY installation_id ORDER BY (${GOES_FIRST}) DESC, last_read_at NULLS FIRST, id) AS turn
    FROM listener WHERE ${FREE}
), picked AS (
  SELECT listener.id FROM listener JOIN waiting ON waiting.id = listener.id
    JOIN busy ON busy.installation_id = waiting.installation_id
   WHERE turn <= $3 - held AND ${FREE}
   ORDER BY turn, listener.id LIMIT $2 FOR UPDATE OF listener SKIP LOCKED
)
UPDATE listener SET lease_owner = $1, lease_until = now() + $4 * interval '1 millisecond', fencing = fencing + 1
  FROM picked WHERE listener.id = picked.id
RETURNING listener.id, installation_id, destination_id, lane_id, fencing::text, failures, hinted_at::text`;

const WAITING = `
SELECT installation_id AS "installationId", (count(*) FILTER (WHERE ${FREE}))::int AS count,
       (count(*) FILTER (WHERE lease_until > now()))::int AS held
  FROM listener GROUP BY installation_id HAVING count(*) FILTER (WHERE ${FREE}) > 0`;

const DUE_IN = `
SELECT (EXTRACT(EPOCH FROM min(GREATEST(next_at, lease_until)) - now()) * 1000)::float8 AS due_in_ms FROM listener`;

const RENEW = `
WITH mine AS (
  SELECT id, fencing FROM unnest($1::text[], $2::bigint[]) AS given(id, fencing)
), held AS (
  SELECT listener.id FROM listener JOIN mine ON listener.id = mine.id AND listener.fencing = mine.fencing
   FOR UPDATE OF listener SKIP LOCKED
), renewed AS (
  UPDATE listener SET lease_until = now() + $3 * interval '1 millisecond' FROM held WHERE listener.id = held.id
)
SELECT mine.id, COALESCE(listener.fencing = mine.fencing, false) AS held, hinted_at::text AS "hintedAt"
  FROM mine LEFT JOIN listener ON listener.id = mine.id`;

const RELEASE = `
UPDATE listener SET lease_owner = NULL, lease_until = NULL
  FROM unnest($1::text[], $2::bigint[]) AS mine(id, fencing)
 WHERE listener.id = mine.id AND listener.fencing = mine.fencing`;

// After a failure the pause is the remote system's right, hint or no hint.
const HINT = `
UPDATE listener SET hinted_at = now(), next_at = CASE WHEN failures = 0 THEN LEAST(next_at, now()) ELSE next_at END
 WHERE installation_id = $1 AND destination_id = $2 RETURNING hinted_at::text`;

export function createListenerStore(database: Database): ListenerStore {
  const idsOf = (leases: readonly ListenerLease[]): string[][] => [
    leases.map((lease) => lease.id),
    leases.map((lease) => lease.fencing),
  ];
  return {
    claim: (owner, { most, perInstallation, leaseMs }) =>
      database.transaction(async (sql) => {
        const [lock] = await sql.query<{ locked: boolean }>(CLAIM_LOCK);
        if (!lock?.locked) return { leases: [], waiting: [] };
        const leases = await claimRows(sql, [owner, most, perInstallation, leaseMs]);
        return { leases, waiting: await sql.query<Claimed['waiting'][number]>(WAITING) };
      }),
    renew: (leases, leaseMs) => database.query<Renewed>(RENEW, [...idsOf(leases), leaseMs]),
    async release(leases) {
      if (leases.length > 0) await database.query(RELEASE, idsOf(leases));
    },
    async endAllLeases() {
      await database.query(`UPDATE listener SET lease_owner = NULL, lease_until = NULL WHERE lease_until IS NOT NULL`);
    },
    async dueInMs() {
      const [row] = await database.query<{ due_in_ms: number | null }>(DUE_IN);
      return row?.due_in_ms ?? undefined;
    },
    async hint(installationId, destinationId) {
      const rows = await database.query<{ hinted_at: string }>(HINT, [installationId, destinationId]);
      return rows[0]?.hinted_at;
    },
  };
}

async function claimRows(sql: Sql, values: readonly unknown[]): Promise<ListenerLease[]> {
  const rows = await sql.query<LeaseRow>(CLAIM, values);
  return rows.map((row) => ({
    id: row.id,
    installationId: row.installation_id,
    destinationId: row.destination_id,
    laneId: row.lane_id ?? undefined,
    fencing: row.fencing,
    failures: row.failures,
    hintedAt: row.hinted_at,
  }));
}
