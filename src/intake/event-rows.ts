import { crashPoint } from '../observability/crash-point.ts';
import { installationCandidates, type Platform } from '../installations/website-ref.ts';
import type { Sql } from '../persistence/database.ts';
import type { EventSource, ReadEvent } from './read-event.ts';

export interface IncomingEvent {
  source: EventSource;
  contentType: string | undefined;
  body: Buffer;
}

export type StoredStatus = 'accepted' | 'ignored' | 'quarantined' | 'duplicate-anomaly';

export interface NewEventRow {
  dedupeKey: string;
  bodyHash: string;
  incoming: IncomingEvent;
  status: StoredStatus;
  reason: string | null;
  read: ReadEvent;
}

export interface StoredEventRow {
  dedupe_key: string;
  status: StoredStatus;
  body_hash: string;
  duplicates: number;
}

/**
 * One statement decides and stores: the website is looked up where the row is written, so no replica works from a stale
 * list of installations. Only what a website or client of ours sent is accepted; a disabled installation's is ignored,
 * but for the event that may enable it again. Bodies come as one piece, which every driver sends as it is.
 */
const INSERT = `
WITH given AS (
  SELECT * FROM UNNEST($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::int[],
                       $9::int[], $10::text[], $11::text[], $12::text[], $13::text[]) WITH ORDINALITY
    AS given(dedupe_key, body_hash, source, status, reason, event_type, content_type, body_from, body_length,
             candidates, target, client_id, conversation, place)
), owned AS (
  SELECT given.*, site.id,
         CASE target WHEN 'website' THEN site.id IS NOT NULL
                     WHEN 'client' THEN EXISTS (SELECT 1 FROM installation WHERE installation.client_id = given.client_id::bigint)
                     ELSE true END AS known,
         COALESCE(site.active, true) OR COALESCE(event_type = 'connector.installed', false) AS active
    FROM given LEFT JOIN LATERAL (
      SELECT id, active FROM installation WHERE id = ANY(string_to_array(candidates, ','))
       ORDER BY array_position(string_to_array(candidates, ','), id) LIMIT 1) AS site ON true
), verdict AS (
  SELECT owned.*, CASE WHEN status <> 'accepted' THEN status
                       WHEN NOT known THEN 'quarantined'
                       WHEN NOT active THEN 'ignored'
                       ELSE 'accepted' END AS final
    FROM owned
)
INSERT INTO event (dedupe_key, body_hash, source, status, reason, event_type, content_type, body,
                   installation_id, conversation_id, plan_after)
SELECT dedupe_key, body_hash, source, final,
       CASE WHEN status <> 'accepted' THEN reason
            WHEN NOT known THEN 'unknown-installation'
            WHEN NOT active THEN 'installation-disabled' END,
       event_type, content_type, substr($14::bytea, body_from, body_length), id, id || ':' || conversation,
       CASE WHEN final = 'accepted' THEN now() END
  FROM verdict ORDER BY place
ON CONFLICT (dedupe_key) DO UPDATE SET duplicates = event.duplicates + 1
RETURNING dedupe_key, status, body_hash, duplicates`;

function clientIdOf(read: ReadEvent): string | null {
  const clientId = 'clientId' in read ? read.clientId : undefined;
  return clientId !== undefined && /^\d{1,18}$/.test(clientId) ? clientId : null;
}

function conversationIdOf(read: ReadEvent): string | null {
  return read.status === 'accepted' && 'conversationId' in read.event ? read.event.conversationId : null;
}

/** Commits all rows before it resolves, with what is stored under each key, in the order given. Keys must differ. */
export async function insertEvents(
  sql: Sql,
  rows: readonly NewEventRow[],
  defaultPlatform: Platform,
): Promise<StoredEventRow[]> {
  const column = <Value>(of: (row: NewEventRow) => Value): Value[] => rows.map(of);
  const targets = rows.map(({ read }) => ('target' in read ? read.target : undefined));
  const candidates = targets.map((target) =>
    target?.by === 'website' ? installationCandidates(target.website, defaultPlatform).join(',') : null,
  );
  let end = 1;
  // Positions in SQL begin at 1.
  const starts = rows.map(({ incoming }) => (end += incoming.body.length) - incoming.body.length);
  const storing = sql.query<StoredEventRow>(INSERT, [
    column((row) => row.dedupeKey),
    column((row) => row.bodyHash),
    column((row) => row.incoming.source),
    column((row) => row.status),
    column((row) => row.reason),
    column((row) => row.read.eventType ?? null),
    column((row) => row.incoming.contentType ?? null),
    starts,
    column((row) => row.incoming.body.length),
    candidates,
    targets.map((target) => target?.by ?? null),
    column((row) => clientIdOf(row.read)),
    column((row) => conversationIdOf(row.read)),
    rows.length === 1 ? rows[0]?.incoming.body : Buffer.concat(column((row) => row.incoming.body)),
  ]);
  // Insert and commit are one statement: it is on its way, and nobody here knows how far.
  crashPoint('K3', 0);
  const stored = await storing;
  const byKey = new Map(stored.map((row) => [row.dedupe_key, row]));
  return rows.map(({ dedupeKey }) => {
    const row = byKey.get(dedupeKey);
    if (!row) throw new Error('the event table did not answer the insert');
    return row;
  });
}
