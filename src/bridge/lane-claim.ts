import { CATCH_UP_MS } from './try-budget.ts';

/** Lanes that have been due longest, of all destinations or of one. Fewer than these are all there are. */
const LOOK = 200;

const IS_DUE = `lane.next_at <= now() AND (lane.lease_until IS NULL OR lane.lease_until <= now())`;

// After a rate limit each lane comes back at a moment of its own.
const DUE_IN_SCOPE = `
SELECT id, next_at FROM (
  SELECT id, next_at FROM lane
   WHERE installation_id = scope.installation_id AND destination_id = scope.destination_id AND ${IS_DUE}
   ORDER BY next_at LIMIT ${LOOK}) AS longest
 WHERE throttled_until + (hashtext(id) & 1023) * spread_ms / 1024.0 * interval '1 millisecond' <= now()`;

/**
 * Leases up to $2 lanes for $1, for $3 ms, in the order of their turns. The worker has $6 places free, and in flight $5
 * lanes of the destinations $4 ("ha-1/<destination>"). The last turn was that of $7.
 *
 * A place goes to a destination with fewest in flight; where several have as few, to the next one behind the last turn,
 * round and round, each worker in an order of its own, so that they do not all reach for the same. So who has none in
 * flight waits for no more turns than there are destinations, whatever waits in the others. And nobody gets another
 * place who has as many as are free: k destinations with a backlog end at 1 / (k + 1) of the places each, and as many
 * are left for who comes next. Where there are more destinations than places, it waits for its turn in the round.
 *
 * Where the lanes due longest are all that are due, they tell which destinations have any. Else a hundred thousand of one
 * may stand before the first of another and must not be read to find it: the look goes into every destination, jumping
 * from one to the next along the index.
 *
 * The lane row decides who may work: a retry moves next_at and so holds its successors back, and the lease ends by
 * itself. Only a destination in trouble holds its lanes back, and one with a budget of tries: it hands out as many as may
 * begin now. Once nobody has moved its time on for a minute, that is no limit any more: the setting may be gone.
 */
export const CLAIM = `
WITH RECURSIVE longest AS MATERIALIZED (
  SELECT installation_id, destination_id FROM lane WHERE ${IS_DUE} ORDER BY next_at LIMIT ${LOOK}
), everywhere AS (
  (SELECT installation_id, destination_id FROM lane WHERE (SELECT count(*) FROM longest) = ${LOOK}
    ORDER BY installation_id, destination_id LIMIT 1)
  UNION ALL
  SELECT behind.installation_id, behind.destination_id FROM everywhere AS before, LATERAL (
    SELECT installation_id, destination_id FROM lane
     WHERE (installation_id, destination_id) > (before.installation_id, before.destination_id)
     ORDER BY installation_id, destination_id LIMIT 1) AS behind
), known AS (
  SELECT installation_id, destination_id, installation_id || '/' || destination_id AS scope
    FROM (SELECT * FROM longest UNION SELECT * FROM everywhere) AS either
), allowed AS (
  SELECT known.*, hashtext($1::text || scope) AS place,
         (hashtext($1 || scope), scope) <= (hashtext($1 || $7::text), $7) AS had_its_turn,
         COALESCE(mine.in_flight, 0) AS in_flight,
         COALESCE(throttled_until, '-infinity') AS throttled_until, COALESCE(spread_ms, 0) AS spread_ms,
         CASE WHEN try_free_at > now() - interval '1 minute'
              THEN 1 + floor(LEAST(EXTRACT(EPOCH FROM now() - try_free_at) * 1000, ${CATCH_UP_MS}) / try_spacing_ms) END AS tries
    FROM known LEFT JOIN unnest($4::text[], $5::int[]) AS mine(scope, in_flight) USING (scope)
    LEFT JOIN destination_health AS health USING (scope)
   WHERE COALESCE(mine.in_flight, 0) < $6::int AND (GREATEST(next_trial_at, throttled_until, try_free_at) > now()) IS NOT TRUE
), next AS (
  SELECT * FROM allowed AS scope WHERE EXISTS (${DUE_IN_SCOPE})
   ORDER BY in_flight, had_its_turn, place, scope LIMIT $2
), locked AS (
  SELECT found.id, scope.*, in_flight + row_number() OVER (
           PARTITION BY scope.scope ORDER BY found.next_at) AS nth
    FROM next AS scope, LATERAL (
      SELECT lane.id, lane.next_at FROM lane JOIN (${DUE_IN_SCOPE}) AS due ON due.id = lane.id
       WHERE ${IS_DUE}
       ORDER BY due.next_at LIMIT LEAST($2, $6::int - in_flight, tries::int) FOR NO KEY UPDATE OF lane SKIP LOCKED) AS found
), turns AS (
  SELECT id, nth, row_number() OVER (ORDER BY nth, had_its_turn, place, scope) AS turn FROM locked
), leased AS (
  UPDATE lane SET lease_owner = $1, lease_until = now() + $3 * interval '1 millisecond', fencing = fencing + 1
    FROM turns WHERE lane.id = turns.id AND turn <= $2 AND turn - 1 + nth <= $6::int
  RETURNING lane.id, installation_id, conversation_id, destination_id, fencing::text, turn
)
SELECT * FROM leased ORDER BY turn`;
