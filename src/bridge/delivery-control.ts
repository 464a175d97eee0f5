import type { Database, Sql } from '../persistence/database.ts';
import type { DeliveryKind, DeliveryStatus, Payloads } from './delivery.ts';
import { enqueue, type LaneAddress } from './enqueue.ts';
import { planReplay, planSkip, type Refusal } from './replay-rules.ts';

/** The delivery that is on its way now, or was already; or why nothing was done. */
export type ControlOutcome = { deliveryId: string } | { refused: Refusal };

/** What an operator can do about a delivery. Doing it twice is doing it once. */
export interface DeliveryControl {
  /**
   * Sets a delivery going again in its own lane. What may have arrived is looked for before it is sent; with
   * `confirmed` it is sent also when nobody can tell, and one that was delivered is said once more, as a delivery of its own.
   */
  replay(id: string, confirmed: boolean): Promise<ControlOutcome>;
  /** Passes a delivery over that stops its lane. */
  skip(id: string): Promise<ControlOutcome>;
}

interface ControlledDelivery extends LaneAddress {
  laneId: string;
  kind: DeliveryKind;
  status: DeliveryStatus;
  payload: Payloads['message'];
  eventId: string | null;
  mayHaveArrived: boolean;
  chat: 'none' | 'open' | 'over';
  endPlanned: boolean;
  repeatId: string | null;
}

const LOCK_LANE = `
SELECT lane.id FROM lane JOIN delivery ON delivery.lane_id = lane.id WHERE delivery.id = $1::bigint FOR NO KEY UPDATE OF lane`;

const FIND = `
SELECT lane_id AS "laneId", kind, status, payload, event_id::text AS "eventId", installation_id AS "installationId",
       conversation_id AS "conversationId", destination_id AS "destinationId",
       EXISTS (SELECT 1 FROM attempt WHERE delivery_id = delivery.id AND COALESCE(outcome, 'unknown') = 'unknown')
         AS "mayHaveArrived",
       COALESCE((SELECT CASE remote_chat.status WHEN 'open' THEN 'open' ELSE 'over' END
                   FROM remote_chat WHERE remote_chat.lane_id = lane.id), 'none') AS chat,
       EXISTS (SELECT 1 FROM delivery AS other WHERE other.lane_id = lane.id AND other.kind = 'end' AND other.open)
         AS "endPlanned",
       (SELECT other.id::text FROM delivery AS other
         WHERE other.lane_id = lane.id AND other.key = 'repeat:' || delivery.id) AS "repeatId"
  FROM delivery JOIN lane ON lane.id = delivery.lane_id WHERE delivery.id = $1::bigint`;

// The back-off begins anew, and the operator's word outweighs the age limit.
const AFRESH = `
  reason = NULL, failures = 0, unforeseen = 0, first_failure_at = NULL, looks = 0, expires_at = NULL, replayed_at = now(), settled_at = NULL,
  open = true, status = $2, resend_after = CASE WHEN $3 THEN attempts END`;

const RESUME = `UPDATE delivery SET ${AFRESH} WHERE id = $1::bigint`;
const REOPEN = `
UPDATE delivery SET ${AFRESH}, position = lane.next_position, part = 0
  FROM lane WHERE lane.id = delivery.lane_id AND delivery.id = $1::bigint`;
const SKIP = `
UPDATE delivery SET status = 'skipped', reason = 'skipped-by-operator', open = false, settled_at = now() WHERE id = $1::bigint`;
const MARK_REPEAT = `
UPDATE delivery SET repeat_of = $1::bigint, replayed_at = now() WHERE lane_id = $2 AND key = 'repeat:' || $1
RETURNING id::text`;

const UNBLOCK = `
UPDATE lane SET blocked = false, pending = pending + $2, next_at = CASE WHEN pending + $2 > 0 THEN now() END WHERE id = $1`;
const COUNT_IN = `
UPDATE lane SET pending = pending + 1, next_position = next_position + 1,
       next_at = CASE WHEN blocked THEN NULL ELSE COALESCE(next_at, now()) END
 WHERE id = $1`;

/** `onReplayed`: a lane has work again. */
export function createDeliveryControl(database: Database, onReplayed: () => void): DeliveryControl {
  /** While the lane is locked no worker begins an attempt in it, and none writes an outcome. */
  async function underLock(
    id: string,
    work: (sql: Sql, found: ControlledDelivery) => Promise<ControlOutcome>,
  ): Promise<ControlOutcome> {
    const outcome = await database.transaction(async (sql): Promise<ControlOutcome> => {
      await sql.query(LOCK_LANE, [id]);
      const [found] = await sql.query<ControlledDelivery>(FIND, [id]);
      return found ? work(sql, found) : { refused: 'not-found' };
    });
    if ('deliveryId' in outcome) onReplayed();
    return outcome;
  }

  return {
    replay: (id, confirmed) =>
      underLock(id, async (sql, found) => {
        // One repeat of each: to say it a third time, the repeat itself is repeated.
        if (found.repeatId !== null && confirmed) return { deliveryId: found.repeatId };
        const plan = planReplay(found, confirmed);
        if ('refused' in plan) return plan;
        if (plan.do === 'resume') {
          await sql.query(RESUME, [id, plan.as, confirmed]);
          await sql.query(UNBLOCK, [found.laneId, 0]);
        } else if (plan.do === 'reopen') {
          await sql.query(REOPEN, [id, plan.as, confirmed]);
          await sql.query(COUNT_IN, [found.laneId]);
        } else if (plan.do === 'repeat') {
          return { deliveryId: await repeat(sql, id, found) };
        }
        return { deliveryId: id };
      }),
    skip: (id) =>
      underLock(id, async (sql, found) => {
        const plan = planSkip(found);
        if ('refused' in plan) return plan;
        if (plan.do === 'skip') {
          await sql.query(SKIP, [id]);
          await sql.query(UNBLOCK, [found.laneId, -1]);
        }
        return { deliveryId: id };
      }),
  };
}

/** Under a key of its own: systems that know our ids take it for another message, which it is. */
async function repeat(sql: Sql, id: string, found: ControlledDelivery): Promise<string> {
  await enqueue(sql, found, [{ key: `repeat:${id}`, kind: 'message', payload: found.payload }], found.eventId);
  const [row] = await sql.query<{ id: string }>(MARK_REPEAT, [id, found.laneId]);
  if (!row) throw new Error('the repeat is not there though it was just made');
  return row.id;
}
