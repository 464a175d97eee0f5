import pg from 'pg';

/** Installations that all rows are spread over, each with one destination. */
export const INSTALLATIONS = 200;
const DELIVERIES_OF_A_LANE = 8;

const LANES = `
INSERT INTO lane (id, installation_id, conversation_id, destination_id, pending, next_position)
SELECT installation || ':' || n || '/chat', installation, installation || ':' || n, 'chat', 0, ${DELIVERIES_OF_A_LANE + 1}
  FROM generate_series(1, $1::int) AS n, LATERAL (SELECT 'ha-' || (n % ${INSTALLATIONS}) + 1 AS installation) AS of`;
const CONVERSATIONS = `
INSERT INTO conversation (id, installation_id, start_source, started_at, closed_at)
SELECT conversation_id, installation_id, 'webhook', now(), now() FROM lane`;
const EVENTS = `
INSERT INTO event (dedupe_key, body_hash, source, status, event_type, installation_id, conversation_id, body, planned_at)
SELECT 'id:' || conversation_id || '/' || n, md5(conversation_id), 'webhook', 'accepted', 'conversation.started',
       installation_id, conversation_id, '\\x7b7d', now()
  FROM lane, generate_series(1, 2) AS n`;
const DELIVERIES = `
INSERT INTO delivery (lane_id, key, position, kind, payload, status, open, attempts, content_hash, settled_at)
SELECT id, 'm' || n, n, 'message', '{"author":"visitor","text":"a text of some length, as people write them"}',
       'delivered', false, 1, md5(n::text), now()
  FROM lane, generate_series(1, ${DELIVERIES_OF_A_LANE}) AS n`;
const ATTEMPTS = `
INSERT INTO attempt (delivery_id, number, fencing, worker, finished_at, outcome)
SELECT id, 1, 1, 'bench', now(), 'delivered' FROM delivery`;

/** Straight into the tables: indexes come back at the end, and foreign keys are right by construction. */
export async function fillFinished(
  databaseUrl: string,
  deliveries: number,
  print: (line: string) => void,
): Promise<void> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  const startedAt = performance.now();
  await client.query(`SET session_replication_role = replica`);
  await client.query(`SET synchronous_commit = off`);
  await client.query(`SET maintenance_work_mem = '512MB'`);
  const tables = ['lane', 'conversation', 'event', 'delivery', 'attempt'];
  const { rows: indexes } = await client.query<{ name: string; definition: string }>(
    `SELECT indexname AS name, indexdef AS definition FROM pg_indexes
      WHERE tablename = ANY($1) AND indexname NOT LIKE '%_pkey'`,
    [tables],
  );
  for (const { name } of indexes) await client.query(`DROP INDEX ${name}`);
  await client.query(LANES, [Math.ceil(deliveries / DELIVERIES_OF_A_LANE)]);
  for (const text of [CONVERSATIONS, EVENTS, DELIVERIES, ATTEMPTS]) await client.query(text);
  for (const { definition } of indexes) await client.query(definition);
  await client.query(`ANALYZE ${tables.join(', ')}`);
  const { rows } = await client.query<{ name: string; count: string; size: string }>(
    `SELECT relname AS name, n_live_tup::text AS count, pg_size_pretty(pg_total_relation_size(relid)) AS size
       FROM pg_stat_user_tables WHERE relname = ANY($1) ORDER BY relname`,
    [tables],
  );
  for (const { name, count, size } of rows) print(`${name}: ${count} finished rows, ${size}`);
  print(`filled in ${((performance.now() - startedAt) / 1000).toFixed(0)} s\n`);
  await client.end();
}
