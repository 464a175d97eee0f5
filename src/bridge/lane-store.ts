import type { Database } from '../persistence/database.ts';
import { type Delivery, type Lease, LeaseLostError } from './delivery.ts';

/** What an attempt sends, as far as it is written ahead. */
export interface AttemptContent {
  /** Hash of a message's text, by which equal ones are counted. */
  hash?: string;
  /** A start's visitor and texts, sealed. */
  prepared?: string;
}

/** Claims lanes, reads their heads and writes attempts ahead. All times are the database's. */
export interface LaneStore {
  /**
   * Leases up to `limit` lanes that have something due, but none of the destinations in `busy` ("ha-1/<destination>"). Lanes
   * that another worker holds are not waited for.
   */
  claim(owner: string, limit: number, leaseMs: number, busy?: readonly string[]): Promise<Lease[]>;
  /** Ends every lease at once. Only right where no other worker can be alive: at the start of an embedded database. */
  endAllLeases(): Promise<void>;
  /** Prolongs leases; those that were lost meanwhile stay lost. */
  renew(leases: readonly Lease[], leaseMs: number): Promise<void>;
  /** The one delivery of the lane that may be worked on. */
  head(lease: Lease): Promise<Delivery | undefined>;
  /** Frees a lane that has nothing to do. */
  release(lease: Lease): Promise<void>;
  /**
   * Commits "about to send" before any byte leaves. Returns the attempt's id. Throws `LeaseLostError` when the lease is
   * not this worker's any more; this is the last check before sending.
   */
  beginAttempt(lease: Lease, delivery: Delivery, worker: string, content: AttemptContent): Promise<string>;
  /** How many earlier messages of the lane carried exactly this text. */
  countDelivered(lease: Lease, contentHash: string): Promise<number>;
}

interface LeaseRow {
  id: string;
  installation_id: string;
  conversation_id: string;
  destination_id: string;
  fencing: string;
}

interface HeadRow {
  id: string;
  key: string;
  kind: Delivery['kind'];
  payload: Delivery['payload'];
  position: number;
  part: number;
  status: Delivery['status'];
  failures: number;
  failing_for_ms: number;
  looks: number;
  first_attempt_at: Date | null;
  orphaned_for_ms: number | null;
  prepared: string | null;
}

// The lane row alone decides who may work: a retry moves next_at and so holds its successors back, and the lease ends by itself.
const CLAIM = `
WITH due AS (
  SELECT id FROM lane
   WHERE next_at <= now() AND (lease_until IS NULL OR lease_until <= now())
     AND NOT (installation_id || '/' || destination_id = ANY($4::text[]))
   ORDER BY next_at LIMIT $2 FOR UPDATE SKIP LOCKED
)
UPDATE lane SET lease_owner = $1, lease_until = now() + $3 * interval '1 millisecond', fencing = fencing + 1
  FROM due WHERE lane.id = due.id
RETURNING lane.id, installation_id, conversation_id, destination_id, fencing::text`;

// A lane that was freed meanwhile stays free, and one that is being settled right now needs no renewal.
const RENEW = `
WITH held AS (
  SELECT lane.id FROM lane JOIN unnest($1::text[], $2::text[]) AS mine(id, fencing)
      ON lane.id = mine.id AND lane.fencing = mine.fencing::bigint
   WHERE lease_owner IS NOT NULL FOR UPDATE OF lane SKIP LOCKED
)
UPDATE lane SET lease_until = now() + $3 * interval '1 millisecond' FROM held WHERE lane.id = held.id`;

const HEAD = `
SELECT id::text, key, kind, payload, position, part, status, failures, looks, prepared,
       COALESCE(EXTRACT(EPOCH FROM now() - first_failure_at) * 1000, 0)::float8 AS failing_for_ms,
       (SELECT min(started_at) FROM attempt WHERE delivery_id = delivery.id) AS first_attempt_at,
       (SELECT CASE WHEN outcome IS NULL OR code = 'worker-lost' THEN EXTRACT(EPOCH FROM now() - started_at) * 1000 END
          FROM attempt WHERE delivery_id = delivery.id ORDER BY number DESC LIMIT 1)::float8 AS orphaned_for_ms
  FROM delivery WHERE lane_id = $1 AND open ORDER BY position, part LIMIT 1`;

const RELEASE = `
UPDATE lane SET lease_owner = NULL, lease_until = NULL, next_at = CASE WHEN pending > 0 AND NOT blocked THEN now() END
 WHERE id = $1 AND fencing = $2::bigint`;

// Row by row: still our lease, then the delivery is on its way, then the attempt is on disk. Nothing at all if not.
const BEGIN_ATTEMPT = `
WITH held AS (
  SELECT id FROM lane WHERE id = $1 AND fencing = $2::bigint AND lease_until > now() FOR UPDATE
), moved AS (
  UPDATE delivery SET status = 'sending', attempts = attempts + 1, looks = 0, content_hash = $5, prepared = COALESCE(prepared, $6)
    FROM held WHERE delivery.id = $3::bigint AND delivery.lane_id = held.id
  RETURNING delivery.id, attempts
)
INSERT INTO attempt (delivery_id, number, fencing, worker)
SELECT id, attempts, $2::bigint, $4 FROM moved RETURNING id::text`;

const COUNT_DELIVERED = `
SELECT count(*)::int AS count FROM delivery WHERE lane_id = $1 AND content_hash = $2 AND status = 'delivered'`;

export function createLaneStore(database: Database): LaneStore {
  return {
    async claim(owner, limit, leaseMs, busy = []) {
      const rows = await database.query<LeaseRow>(CLAIM, [owner, limit, leaseMs, busy]);
      return rows.map((row) => ({
        laneId: row.id,
        installationId: row.installation_id,
        conversationId: row.conversation_id,
        destinationId: row.destination_id,
        fencing: row.fencing,
      }));
    },
    async endAllLeases() {
      await database.query(`UPDATE lane SET lease_owner = NULL, lease_until = NULL WHERE lease_until IS NOT NULL`);
    },
    async renew(leases, leaseMs) {
      const ids = leases.map((lease) => lease.laneId);
      await database.query(RENEW, [ids, leases.map((lease) => lease.fencing), leaseMs]);
    },
    async head(lease) {
      const [row] = await database.query<HeadRow>(HEAD, [lease.laneId]);
      if (!row) return undefined;
      const { failing_for_ms: failingForMs, first_attempt_at, orphaned_for_ms, prepared, ...rest } = row;
      return {
        ...rest,
        failingForMs,
        firstAttemptAt: first_attempt_at ?? undefined,
        orphanedForMs: orphaned_for_ms ?? undefined,
        prepared: prepared ?? undefined,
      };
    },
    async release(lease) {
      await database.query(RELEASE, [lease.laneId, lease.fencing]);
    },
    async beginAttempt(lease, delivery, worker, { hash, prepared }) {
      const values = [lease.laneId, lease.fencing, delivery.id, worker, hash ?? null, prepared ?? null];
      const [attempt] = await database.query<{ id: string }>(BEGIN_ATTEMPT, values);
      if (!attempt) throw new LeaseLostError('the lane was taken over before the attempt');
      return attempt.id;
    },
    async countDelivered(lease, contentHash) {
      const [row] = await database.query<{ count: number }>(COUNT_DELIVERED, [lease.laneId, contentHash]);
      return row?.count ?? 0;
    },
  };
}
