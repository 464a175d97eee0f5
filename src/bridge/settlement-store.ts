import type { Database, Sql } from '../persistence/database.ts';
import {
  type AttemptOutcome,
  type Delivery,
  type DeliveryReason,
  type Lease,
  LeaseLostError,
  type NewDelivery,
} from './delivery.ts';
import { keepListener } from './listener-address.ts';
import type { NewRemoteChat } from './remote-chat-store.ts';

/** What becomes of the head of a lane after it was worked on. */
export type Settlement =
  | { to: 'delivered'; parts?: readonly NewDelivery[] }
  | { to: 'skipped'; reason: DeliveryReason; parts?: readonly NewDelivery[] }
  /** Too old to be said: the lane goes on without it. */
  | { to: 'expired'; reason: 'too-old' }
  /** A person must act: the lane stops here. */
  | { to: 'parked' | 'uncertain'; reason: DeliveryReason }
  /**
   * To be tried again after a failure; `unforeseen`, here and below: after one that is not the destination's. `closed`: it
   * failed at nothing, and may wait so for as long as it takes.
   */
  | { to: 'pending'; retryInMs: number; reason: DeliveryReason; unforeseen?: true; closed?: true }
  /** In doubt, to be looked for: the answer did not come, a reading did not find it, or a reading failed. */
  | { to: 'sending'; lookInMs: number; after: 'no-answer' | 'not-found' | 'failed-look'; unforeseen?: true };

export interface Settled {
  lease: Lease;
  delivery: Delivery;
  settlement: Settlement;
  /** The attempt that led here, where there was one. */
  attempt?: { id: string; outcome: AttemptOutcome };
  /** Two lanes that were adopting the same chat cannot both have it: then all of this throws. */
  chat?: NewRemoteChat;
  /** Further writes of the same transaction. */
  alongside?: (sql: Sql) => Promise<void>;
  /** Keeps the lease when the next delivery of the lane may be worked on at once. */
  keepLane?: boolean;
}

export interface SettlementStore {
  /**
   * Writes the outcome, what it turned out to consist of, and the lane, all of it or nothing. True when the lane was kept.
   * Throws `LeaseLostError`.
   */
  settle(settled: Settled): Promise<boolean>;
}

// One statement, so that the common outcome costs one way to the database and back. Whoever lost the lane writes nothing,
// and a commit whose answer was lost was a commit: what is settled stays as it was settled.
// The lane is not held against rows that refer to it: a listener changes its chat twice in one transaction, and for that
// PostgreSQL looks at the lane; holding its chat, it would wait here for us, and we for the chat.
// A worker that died between "about to send" and the answer left an attempt without an end: it ends as what it is.
// Whoever keeps the lane goes on with its next delivery; its lease is renewed like any other.
// What tells that something was passed over stands in its place, before what follows it, and is never too old to be said.
// A chat system that is closed does not fail: a start may wait for its opening hours as long as they let it.
// All chats of a queue have one listener; their starts do not wait for each other, only for a reading that may drop it.
const SETTLE = `
WITH held AS (
  SELECT id FROM lane WHERE id = $1 AND fencing = $2::bigint FOR NO KEY UPDATE
), moved AS (
  UPDATE delivery SET status = $9, reason = $10, open = $11::boolean,
         settled_at = CASE WHEN $11 THEN settled_at ELSE now() END,
         looks = CASE WHEN $9 = 'pending' THEN 0 ELSE looks + $12::int END, failures = failures + $13::int,
         unforeseen = unforeseen + $28::int,
         first_failure_at = CASE WHEN $29 THEN NULL
                                 WHEN $9 IN ('pending', 'sending') THEN COALESCE(first_failure_at, now())
                                 ELSE first_failure_at END
    FROM held WHERE delivery.id = $3::bigint AND open AND status IN ('pending', 'sending')
  RETURNING delivery.id, delivery.lane_id, position, part, expires_at
), finished AS (
  UPDATE attempt SET finished_at = now(), outcome = $5, code = $6, http_status = $7, upstream_request_id = $8
    FROM moved WHERE attempt.id = $4::bigint
), abandoned AS (
  UPDATE attempt SET finished_at = now(), outcome = 'unknown', code = 'worker-lost'
    FROM moved WHERE delivery_id = moved.id AND outcome IS NULL AND attempt.id IS DISTINCT FROM $4::bigint
), added AS (
  INSERT INTO delivery (lane_id, key, position, part, kind, payload, expires_at)
  SELECT lane_id, given.key, position, part + CASE WHEN $9 = 'skipped' THEN 0 ELSE given.place END, given.kind,
         given.payload::jsonb, CASE WHEN $9 <> 'skipped' THEN expires_at END
    FROM moved, UNNEST($14::text[], $15::text[], $16::text[]) WITH ORDINALITY AS given(key, kind, payload, place)
   ORDER BY given.place
  ON CONFLICT (lane_id, key) DO NOTHING RETURNING id
), chat AS (
  INSERT INTO remote_chat (lane_id, scope, remote_id, status, state, visitor)
  SELECT lane_id, $20, $21, 'open', $22, $23 FROM moved WHERE $21::text IS NOT NULL
), listener AS (
  INSERT INTO listener (id, installation_id, destination_id, lane_id)
  SELECT $24, $25, $26, $27 FROM moved, (SELECT ${keepListener('$24')} WHERE $24 IS NOT NULL) AS kept
  ON CONFLICT (id) DO NOTHING
), change AS (
  SELECT lane_id, (SELECT count(*)::int FROM added) - CASE WHEN $11 THEN 0 ELSE 1 END AS pending FROM moved
)
UPDATE lane SET lease_owner = CASE WHEN $19 AND lane.pending + change.pending > 0 THEN lease_owner END,
       lease_until = CASE WHEN $19 AND lane.pending + change.pending > 0 THEN lease_until END,
       blocked = $17::boolean, pending = lane.pending + change.pending,
       next_at = CASE WHEN $17 OR lane.pending + change.pending <= 0 THEN NULL
                      ELSE now() + $18::float8 * interval '1 millisecond' END
  FROM change WHERE lane.id = change.lane_id RETURNING lease_owner IS NOT NULL AS kept`;

export function createSettlementStore(database: Database): SettlementStore {
  async function write(sql: Sql, settled: Settled): Promise<boolean> {
    const { lease, delivery, settlement, attempt, keepLane = false } = settled;
    const { reason, isOpen, looks, failures, parts, isBlocked, nextInMs } = changeOf(settlement);
    const { outcome, code, httpStatus, requestId } = attempt?.outcome ?? {};
    const [lane] = await sql.query<{ kept: boolean }>(SETTLE, [
      ...[lease.laneId, lease.fencing, delivery.id],
      ...[attempt?.id ?? null, outcome ?? null, code ?? null, httpStatus ?? null, requestId ?? null],
      ...[settlement.to, reason, isOpen, looks, failures],
      ...[
        parts.map(({ key }) => key),
        parts.map(({ kind }) => kind),
        parts.map(({ payload }) => JSON.stringify(payload)),
      ],
      ...[isBlocked, nextInMs, keepLane && !isBlocked && nextInMs === 0],
      ...chatValues(settled),
      'unforeseen' in settlement ? 1 : 0,
      'closed' in settlement,
    ]);
    if (!lane)
      throw new LeaseLostError(
        'the lane was taken over before the outcome was written, or the outcome was written before',
      );
    return lane.kept;
  }

  return {
    settle: (settled) => {
      const { alongside } = settled;
      if (!alongside) return write(database, settled);
      return database.transaction(async (sql) => {
        // The lane first: it decides whether the rest may be written.
        const kept = await write(sql, settled);
        await alongside(sql);
        return kept;
      });
    },
  };
}

function chatValues({ lease, chat }: Settled): (string | null)[] {
  const { scope = null, remoteId = null, state = null, visitor = null, listener } = chat ?? {};
  const { id = null, laneId = null } = listener ?? {};
  return [scope, remoteId, state, visitor, id, lease.installationId, lease.destinationId, laneId];
}

interface Change {
  reason: DeliveryReason | null;
  isOpen: boolean;
  /** How many more readings did not find it, and how often more it failed. */
  looks: number;
  failures: number;
  parts: readonly NewDelivery[];
  isBlocked: boolean;
  nextInMs: number;
}

function changeOf(settlement: Settlement): Change {
  const nothing = { reason: null, isOpen: true, looks: 0, failures: 0, parts: [], isBlocked: false, nextInMs: 0 };
  switch (settlement.to) {
    case 'delivered':
      return { ...nothing, isOpen: false, parts: settlement.parts ?? [] };
    case 'skipped':
      return { ...nothing, reason: settlement.reason, isOpen: false, parts: settlement.parts ?? [] };
    case 'expired':
      return { ...nothing, reason: settlement.reason, isOpen: false };
    case 'parked':
    case 'uncertain':
      return { ...nothing, reason: settlement.reason, isBlocked: true };
    case 'pending':
      return {
        ...{ ...nothing, reason: settlement.reason, nextInMs: settlement.retryInMs },
        failures: settlement.unforeseen ? 0 : 1,
      };
    case 'sending': {
      const looks = settlement.after === 'not-found' ? 1 : 0;
      const failures = settlement.unforeseen ? 0 : 1 - looks;
      return { ...nothing, reason: 'no-answer', looks, failures, nextInMs: settlement.lookInMs };
    }
  }
}
