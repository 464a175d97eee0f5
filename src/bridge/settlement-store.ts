import type { Database, Sql } from '../persistence/database.ts';
import {
  type AttemptOutcome,
  type Delivery,
  type DeliveryReason,
  type Lease,
  LeaseLostError,
  type NewDelivery,
} from './delivery.ts';

/** What becomes of the head of a lane after it was worked on. */
export type Settlement =
  | { to: 'delivered'; parts?: readonly NewDelivery[] }
  | { to: 'skipped'; reason: DeliveryReason; parts?: readonly NewDelivery[] }
  /** A person must act: the lane stops here. */
  | { to: 'parked' | 'uncertain'; reason: DeliveryReason }
  /** To be tried again after a failure. */
  | { to: 'pending'; retryInMs: number; reason: DeliveryReason }
  /** In doubt, to be looked for: the answer did not come, a reading did not find it, or a reading failed. */
  | { to: 'sending'; lookInMs: number; after: 'no-answer' | 'not-found' | 'failed-look' };

export interface Settled {
  lease: Lease;
  delivery: Delivery;
  settlement: Settlement;
  /** The attempt that led here, where there was one. */
  attempt?: { id: string; outcome: AttemptOutcome };
  /** Further writes of the same transaction, such as the remote chat a start made. */
  alongside?: (sql: Sql) => Promise<void>;
}

export interface SettlementStore {
  /** Writes the outcome, what it turned out to consist of, and the lane, in one transaction. Throws `LeaseLostError`. */
  settle(settled: Settled): Promise<void>;
}

const HOLD = `SELECT id FROM lane WHERE id = $1 AND fencing = $2::bigint FOR UPDATE`;

const FINISH_ATTEMPT = `
UPDATE attempt SET finished_at = now(), outcome = $2, code = $3, http_status = $4, upstream_request_id = $5 WHERE id = $1::bigint`;

// A worker died between "about to send" and the answer: its attempt ends as what it is.
const ABANDON_ATTEMPTS = `
UPDATE attempt SET finished_at = now(), outcome = 'unknown', code = 'worker-lost' WHERE delivery_id = $1::bigint AND outcome IS NULL`;

const CLOSE = `UPDATE delivery SET status = $2, reason = $3, open = false, settled_at = now() WHERE id = $1::bigint`;
const BLOCK = `UPDATE delivery SET status = $2, reason = $3 WHERE id = $1::bigint`;
const RETRY = `
UPDATE delivery SET status = 'pending', reason = $2, looks = 0, failures = failures + 1,
       first_failure_at = COALESCE(first_failure_at, now())
 WHERE id = $1::bigint`;
const DOUBT = `
UPDATE delivery SET status = 'sending', reason = 'no-answer', looks = looks + $2, failures = failures + 1 - $2,
       first_failure_at = COALESCE(first_failure_at, now())
 WHERE id = $1::bigint`;

const ADD_PART = `
INSERT INTO delivery (lane_id, key, position, part, kind, payload) VALUES ($1, $2, $3, $4, $5, $6::jsonb)
ON CONFLICT (lane_id, key) DO NOTHING RETURNING id`;

const FREE = `
UPDATE lane SET lease_owner = NULL, lease_until = NULL, blocked = $3, pending = pending + $4,
       next_at = CASE WHEN $3 OR pending + $4 <= 0 THEN NULL ELSE now() + $5 * interval '1 millisecond' END
 WHERE id = $1 AND fencing = $2::bigint`;

export function createSettlementStore(database: Database): SettlementStore {
  return {
    settle: ({ lease, delivery, settlement, attempt, alongside }) =>
      database.transaction(async (sql) => {
        const held = await sql.query(HOLD, [lease.laneId, lease.fencing]);
        if (held.length === 0) throw new LeaseLostError('the lane was taken over before the outcome was written');
        if (attempt) {
          const { outcome, code, httpStatus, requestId } = attempt.outcome;
          await sql.query(FINISH_ATTEMPT, [attempt.id, outcome, code ?? null, httpStatus ?? null, requestId ?? null]);
        }
        if (delivery.status === 'sending') await sql.query(ABANDON_ATTEMPTS, [delivery.id]);
        await alongside?.(sql);
        const change = await writeDelivery(sql, lease, delivery, settlement);
        await sql.query(FREE, [lease.laneId, lease.fencing, change.blocked, change.pending, change.nextInMs]);
      }),
  };
}

interface LaneChange {
  pending: number;
  blocked: boolean;
  nextInMs: number;
}

async function writeDelivery(sql: Sql, lease: Lease, delivery: Delivery, settlement: Settlement): Promise<LaneChange> {
  switch (settlement.to) {
    case 'delivered':
    case 'skipped': {
      const reason = settlement.to === 'skipped' ? settlement.reason : null;
      await sql.query(CLOSE, [delivery.id, settlement.to, reason]);
      const added = await addParts(sql, lease, delivery, settlement.parts ?? []);
      return { pending: added - 1, blocked: false, nextInMs: 0 };
    }
    case 'parked':
    case 'uncertain':
      await sql.query(BLOCK, [delivery.id, settlement.to, settlement.reason]);
      return { pending: 0, blocked: true, nextInMs: 0 };
    case 'pending':
      await sql.query(RETRY, [delivery.id, settlement.reason]);
      return { pending: 0, blocked: false, nextInMs: settlement.retryInMs };
    case 'sending':
      await sql.query(DOUBT, [delivery.id, settlement.after === 'not-found' ? 1 : 0]);
      return { pending: 0, blocked: false, nextInMs: settlement.lookInMs };
  }
}

async function addParts(sql: Sql, lease: Lease, delivery: Delivery, parts: readonly NewDelivery[]): Promise<number> {
  let added = 0;
  for (const [index, { key, kind, payload }] of parts.entries()) {
    const values = [lease.laneId, key, delivery.position, delivery.part + index + 1, kind, JSON.stringify(payload)];
    added += (await sql.query(ADD_PART, values)).length;
  }
  return added;
}
