import type { Database } from '../../src/persistence/database.ts';

const FILL_BACKLOG = `
WITH conversations AS (
  INSERT INTO conversation (id, installation_id, start_source)
  SELECT installation || ':' || 900000000 + n, installation, 'webhook'
    FROM generate_series(1, $1::int) AS n, LATERAL (SELECT 'ha-' || 1 + n % $2::int AS installation) AS of
  RETURNING id, installation_id
), lanes AS (
  INSERT INTO lane (id, installation_id, conversation_id, destination_id, pending, next_position, next_at)
  SELECT id || '/thulium-main', installation_id, id, 'thulium-main', 1, 2, now() FROM conversations RETURNING id
)
INSERT INTO delivery (lane_id, key, position, kind, payload)
SELECT id, 'start', 1, 'start', '{"startUnheard":false}' FROM lanes`;

/** Lanes of websites 1 to `websites` that all wait for their start, as after an outage of their chat systems. */
export async function fillBacklog(database: Database, lanes: number, websites: number): Promise<void> {
  await database.query(FILL_BACKLOG, [lanes, websites]);
}
