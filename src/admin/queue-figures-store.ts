import type { QueueFigures } from '../observability/metrics.ts';
import type { Sql } from '../persistence/database.ts';

// Each part walks an index from its start, so it costs the same however much is finished.
const READ = `
SELECT COALESCE((
         SELECT EXTRACT(EPOCH FROM now() - min(created_at)) FROM (
           (SELECT delivery.created_at FROM delivery JOIN lane ON lane.id = delivery.lane_id
             WHERE delivery.status = 'pending' AND NOT lane.blocked ORDER BY delivery.id LIMIT 1)
           UNION ALL
           (SELECT created_at FROM delivery WHERE status = 'sending' ORDER BY id LIMIT 1)) AS oldest), 0)::float8
         AS "oldestPendingSeconds",
       (SELECT count(*) FROM delivery WHERE status = 'parked')::int AS parked,
       (SELECT count(*) FROM delivery WHERE status = 'uncertain')::int AS uncertain,
       (SELECT count(*) FROM event WHERE plan_after <= now())::int AS "eventsToPlan",
       (SELECT count(*) FROM event WHERE reason = 'planning-failed')::int AS "eventsUnplanned",
       (SELECT COALESCE(json_object_agg(type, open), '{}') FROM (
          SELECT type, count(DISTINCT (installation_id, destination_id)) AS open FROM destination_health WHERE opened_at IS NOT NULL GROUP BY type) AS by_type)
         AS "breakersOpen",
       (SELECT count(*) FROM listener WHERE lease_until > now())::int AS "listenersOpen",
       (SELECT count(*) FROM listener
         WHERE next_at <= now() AND (lease_until IS NULL OR lease_until <= now()))::int AS "listenersWaiting"`;

/** How the queue of all processes stands. */
export async function readQueueFigures(sql: Sql): Promise<QueueFigures> {
  const [row] = await sql.query<QueueFigures>(READ);
  if (!row) throw new Error('the database answered nothing about the queue');
  return row;
}
