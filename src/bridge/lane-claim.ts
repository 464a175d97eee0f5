/** Lanes that have been due longest, looked at before anything else. Fewer than these are all there are. */
export const FIRST_LOOK = 200;

const IS_DUE = `lane.next_at <= now() AND (lane.lease_until IS NULL OR lane.lease_until <= now())`;

// The lane row decides who may work: a retry moves next_at and so holds its successors back, and the lease ends by itself.
// Only a destination in trouble holds its lanes back; after a rate limit each comes back at a moment of its own.
const MAY_BE_CALLED = `
  NOT (lane.installation_id || '/' || lane.destination_id = ANY($4::text[]))
  AND NOT EXISTS (
    SELECT 1 FROM destination_health AS health
     WHERE health.scope = lane.installation_id || '/' || lane.destination_id
       AND (health.next_trial_at > now()
            OR health.throttled_until + (hashtext(lane.id) & 1023) * spread_ms / 1024.0 * interval '1 millisecond' > now()))`;

const LEASE = `
UPDATE lane SET lease_owner = $1, lease_until = now() + $3 * interval '1 millisecond', fencing = fencing + 1
  FROM due WHERE lane.id = due.id
RETURNING lane.id, installation_id, conversation_id, destination_id, fencing::text`;

/**
 * Leases up to $2 lanes for $1, for $3 ms, none of the destinations in $4, among those that have waited longest. At least
 * one row, whose `id` is null when nothing was leased; `seen`: how many it looked at.
 */
export const CLAIM_LONGEST_WAITING = `
WITH longest AS (
  SELECT id, next_at FROM lane WHERE ${IS_DUE} ORDER BY next_at LIMIT ${FIRST_LOOK}
), due AS (
  SELECT lane.id FROM lane JOIN longest ON longest.id = lane.id
   WHERE ${IS_DUE} AND ${MAY_BE_CALLED}
   ORDER BY longest.next_at LIMIT $2 FOR NO KEY UPDATE OF lane SKIP LOCKED
), leased AS (${LEASE}
)
SELECT leased.*, (SELECT count(*)::int FROM longest) AS seen FROM (VALUES (1)) AS one LEFT JOIN leased ON true`;

/**
 * The same with a look into every destination, for when those that have waited longest all belong to ones that may not
 * be called: a hundred thousand of them must not be read to find the few behind. Jumps from one destination to the next
 * along the index; where fewer are due than the first look saw, it saw all of them, and nothing is looked at again.
 */
export const CLAIM_ANYWHERE = `
WITH RECURSIVE scope AS (
  (SELECT installation_id, destination_id FROM lane
    WHERE (SELECT count(*) FROM (SELECT FROM lane WHERE ${IS_DUE} ORDER BY next_at LIMIT ${FIRST_LOOK}) AS seen) = ${FIRST_LOOK}
    ORDER BY installation_id, destination_id LIMIT 1)
  UNION ALL
  SELECT behind.installation_id, behind.destination_id FROM scope, LATERAL (
    SELECT installation_id, destination_id FROM lane
     WHERE (installation_id, destination_id) > (scope.installation_id, scope.destination_id)
     ORDER BY installation_id, destination_id LIMIT 1) AS behind
), due AS (
  SELECT found.id FROM scope, LATERAL (
    SELECT lane.id, lane.next_at FROM lane
     WHERE lane.installation_id = scope.installation_id AND lane.destination_id = scope.destination_id
       AND NOT (scope.installation_id || '/' || scope.destination_id = ANY($4::text[]))
       AND ${IS_DUE} AND ${MAY_BE_CALLED}
     ORDER BY lane.next_at LIMIT $2 FOR NO KEY UPDATE OF lane SKIP LOCKED) AS found
   ORDER BY found.next_at LIMIT $2
)${LEASE}`;
