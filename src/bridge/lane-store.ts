import type { DoubtfulText } from '../destinations/contract.ts';
import type { Database } from '../persistence/database.ts';
import { type Delivery, type Lease, LeaseLostError } from './delivery.ts';
import { CLAIM } from './lane-claim.ts';
import { type LaneHead, readHead } from './lane-head.ts';

/** What an attempt sends, as far as it is written ahead. */
export interface AttemptContent {
  /** Hash of a message's text, by which equal ones are counted. */
  hash?: string;
  /** A start's visitor and texts, sealed. */
  prepared?: string;
}

type AttemptAhead = [lease: Lease, delivery: Delivery, worker: string, content: AttemptContent];
type AttemptId = string;

/** Other messages of a lane that carried the same text. */
export type EqualTexts = Pick<DoubtfulText, 'equalBefore' | 'maybeBefore'>;

/** What a worker has to share out. */
export interface Places {
  free: number;
  /** Lanes in flight by destination ("ha-1/<destination>"). */
  inFlight: ReadonlyMap<string, number>;
  /** The destination that had the last turn. */
  lastTurn?: string | undefined;
}

/** Claims lanes, reads their heads and writes attempts ahead. All times are the database's. */
export interface LaneStore {
  /**
   * Leases up to `limit` lanes that have something due, in the order of their turns: destinations share the places of a
   * worker, and those that are not to be called now get none. Lanes that another worker holds are not waited for. Without
   * `places` one destination may have them all.
   */
  claim(owner: string, limit: number, leaseMs: number, places?: Places): Promise<Lease[]>;
  /** Until the first lane falls due or its lease ends, in ms; undefined when no lane has anything to do. */
  dueInMs(): Promise<number | undefined>;
  /** Ends every lease at once. Only right where no other worker can be alive: at the start of an embedded database. */
  endAllLeases(): Promise<void>;
  /** Prolongs leases; those that were lost meanwhile stay lost. */
  renew(leases: readonly Lease[], leaseMs: number): Promise<void>;
  /** The one delivery of the lane that may be worked on, with what belongs to it. */
  head(lease: Lease): Promise<LaneHead | undefined>;
  /** Frees a lane without an outcome, for whoever comes `inMs` from now. */
  release(lease: Lease, inMs?: number): Promise<void>;
  /**
   * Commits "about to send" before any byte leaves. Throws `LeaseLostError` when the lease is not this worker's any more;
   * this is the last check before sending.
   */
  beginAttempt(...attempt: AttemptAhead): Promise<AttemptId>;
  /** The same for a destination that is not known to be in trouble; undefined when it is, or when the lease is lost. */
  beginIfWell(...attempt: AttemptAhead): Promise<AttemptId | undefined>;
  /**
   * For a call that begins late in its attempt: notes that it may begin now. Throws `LeaseLostError` when the lease is
   * not this worker's any more.
   */
  confirmAttempt(lease: Lease, attemptId: string): Promise<void>;
  /** Counts the lane's other messages with that text, however many deliveries are finished elsewhere. */
  countEqual(lease: Lease, contentHash: string): Promise<EqualTexts>;
}

interface LeaseRow {
  id: string;
  installation_id: string;
  conversation_id: string;
  destination_id: string;
  fencing: string;
}

// A lane that was freed meanwhile stays free, and one that is being settled right now needs no renewal.
const RENEW = `
WITH held AS (
  SELECT lane.id FROM lane JOIN unnest($1::text[], $2::text[]) AS mine(id, fencing)
      ON lane.id = mine.id AND lane.fencing = mine.fencing::bigint
   WHERE lease_owner IS NOT NULL FOR NO KEY UPDATE OF lane SKIP LOCKED
)
UPDATE lane SET lease_until = now() + $3 * interval '1 millisecond' FROM held WHERE lane.id = held.id`;

// The longest waiting are enough: with more than that due, somebody is at it.
const DUE_IN = `
SELECT (EXTRACT(EPOCH FROM min(GREATEST(next_at, lease_until)) - now()) * 1000)::float8 AS due_in_ms
  FROM (SELECT next_at, lease_until FROM lane WHERE next_at IS NOT NULL ORDER BY next_at LIMIT 200) AS first`;

// A lane that was settled is free already, and its time is what the outcome says: an answer that was lost changes nothing.
const RELEASE = `
UPDATE lane SET lease_owner = NULL, lease_until = NULL,
       next_at = CASE WHEN pending > 0 AND NOT blocked THEN now() + $3::float8 * interval '1 millisecond' END
 WHERE id = $1 AND fencing = $2::bigint AND lease_owner IS NOT NULL`;

// Row by row: still our lease, then the delivery is on its way, then the attempt is on disk. Nothing at all if not.
const beginAttempt = (alsoHeld: string): string => `
WITH held AS (
  SELECT id FROM lane WHERE id = $1 AND fencing = $2::bigint AND lease_until > now() ${alsoHeld} FOR NO KEY UPDATE OF lane
), moved AS (
  UPDATE delivery SET status = 'sending', attempts = attempts + 1, looks = 0, content_hash = $5, prepared = COALESCE(prepared, $6)
    FROM held WHERE delivery.id = $3::bigint AND delivery.lane_id = held.id
  RETURNING delivery.id, attempts
)
INSERT INTO attempt (delivery_id, number, fencing, worker)
SELECT id, attempts, $2::bigint, $4 FROM moved
RETURNING id::text`;

const BEGIN_ATTEMPT = beginAttempt('');
const BEGIN_IF_WELL = beginAttempt(`
   AND NOT EXISTS (SELECT 1 FROM destination_health AS health
                    WHERE health.scope = lane.installation_id || '/' || lane.destination_id
                      AND (failures > 0 OR opened_at IS NOT NULL OR throttled_until > now()))`);

const CONFIRM_ATTEMPT = `
WITH held AS (
  SELECT id FROM lane WHERE id = $1 AND fencing = $2::bigint AND lease_until > now() FOR NO KEY UPDATE
)
UPDATE attempt SET confirmed_at = now() FROM held WHERE attempt.id = $3::bigint RETURNING attempt.id`;

// What is passed over in doubt may stand there all the same. No status is looked for: until PostgreSQL has counted a table
// that grows fast, it would look through all that is delivered anywhere.
const COUNT_EQUAL = `
SELECT (count(*) FILTER (WHERE status = 'delivered'))::int AS "equalBefore",
       (count(*) FILTER (WHERE status = 'skipped' AND EXISTS (
          SELECT 1 FROM attempt WHERE delivery_id = delivery.id AND COALESCE(outcome, 'unknown') = 'unknown')))::int AS "maybeBefore"
  FROM delivery WHERE lane_id = $1 AND content_hash = $2`;

const attemptValues = (...[lease, delivery, worker, { hash, prepared }]: AttemptAhead): unknown[] => [
  lease.laneId,
  lease.fencing,
  delivery.id,
  worker,
  hash ?? null,
  prepared ?? null,
];

export function createLaneStore(database: Database): LaneStore {
  return {
    async claim(owner, limit, leaseMs, { free, inFlight, lastTurn } = { free: 2 * limit, inFlight: new Map() }) {
      const given = [[...inFlight.keys()], [...inFlight.values()], free, lastTurn ?? ''];
      const rows = await database.query<LeaseRow>(CLAIM, [owner, limit, leaseMs, ...given]);
      return rows.map((row) => ({
        laneId: row.id,
        installationId: row.installation_id,
        conversationId: row.conversation_id,
        destinationId: row.destination_id,
        fencing: row.fencing,
      }));
    },
    async dueInMs() {
      const [row] = await database.query<{ due_in_ms: number | null }>(DUE_IN);
      return row?.due_in_ms ?? undefined;
    },
    async endAllLeases() {
      await database.query(`UPDATE lane SET lease_owner = NULL, lease_until = NULL WHERE lease_until IS NOT NULL`);
    },
    async renew(leases, leaseMs) {
      const ids = leases.map((lease) => lease.laneId);
      await database.query(RENEW, [ids, leases.map((lease) => lease.fencing), leaseMs]);
    },
    head: (lease) => readHead(database, lease),
    async release(lease, inMs = 0) {
      await database.query(RELEASE, [lease.laneId, lease.fencing, inMs]);
    },
    async beginIfWell(...attempt) {
      return (await database.query<{ id: AttemptId }>(BEGIN_IF_WELL, attemptValues(...attempt)))[0]?.id;
    },
    async beginAttempt(...attempt) {
      const [begun] = await database.query<{ id: AttemptId }>(BEGIN_ATTEMPT, attemptValues(...attempt));
      if (!begun) throw new LeaseLostError('the lane was taken over before the attempt');
      return begun.id;
    },
    async confirmAttempt({ laneId, fencing }, attemptId) {
      const confirmed = await database.query(CONFIRM_ATTEMPT, [laneId, fencing, attemptId]);
      if (confirmed.length === 0) throw new LeaseLostError('the lane was taken over in the middle of an attempt');
    },
    async countEqual(lease, contentHash) {
      const [row] = await database.query<EqualTexts>(COUNT_EQUAL, [lease.laneId, contentHash]);
      return row ?? { equalBefore: 0, maybeBefore: 0 };
    },
  };
}
