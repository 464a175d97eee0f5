import { crashPoint } from '../observability/crash-point.ts';
import { installationCandidates, type Platform } from '../installations/website-ref.ts';
import type { Sql } from '../persistence/database.ts';
import { isErasedConversation } from '../persistence/erased-digests.ts';
import { erasedSuspects } from './erased-suspects.ts';
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

/** What is stored under a key now, and how often it had come before this. */
export interface StoredEventRow {
  status: StoredStatus;
  bodyHash: string;
  duplicates: number;
}

/**
 * One statement decides and stores: the website is looked up where the row is written, so no replica works from a stale
 * list of installations. Only what a website or client of ours sent is accepted; a disabled installation's is ignored,
 * but for the event that may enable it again. Bodies come as one piece, which every driver sends as it is; all else as
 * one JSON text, which costs both sides half of what an array for each column does. Answers those rows only that are not
 * what they were given as: most batches have none. What nobody will plan, and what is about somebody who was erased, is a
 * bare tombstone from the start; what only may be about them, for a day: they may come back.
 */
const INSERT = `
WITH given AS (
  SELECT * FROM ROWS FROM (json_to_recordset($1::json) AS (
      dedupe_key text, body_hash text, source text, status text, reason text, event_type text, content_type text,
      body_from int, body_length int, candidates text, target text, client_id bigint, conversation text,
      suspects text)) WITH ORDINALITY
    AS given(dedupe_key, body_hash, source, status, reason, event_type, content_type, body_from, body_length,
             candidates, target, client_id, conversation, suspects, place)
), site AS (
  SELECT candidates, found.id, found.active
    FROM (SELECT DISTINCT candidates FROM given WHERE candidates IS NOT NULL) AS named
   CROSS JOIN LATERAL (
      SELECT id, active FROM installation WHERE id = ANY(string_to_array(candidates, ','))
       ORDER BY array_position(string_to_array(candidates, ','), id) LIMIT 1) AS found
), owned AS MATERIALIZED (
  SELECT given.*, site.id,
         CASE target WHEN 'website' THEN site.id IS NOT NULL
                     WHEN 'client' THEN EXISTS (SELECT 1 FROM installation WHERE installation.client_id = given.client_id)
                     ELSE true END AS known,
         COALESCE(site.active, true) OR COALESCE(event_type = 'connector.installed', false) AS active
    FROM given LEFT JOIN site USING (candidates)
), verdict AS (
  SELECT owned.*, CASE WHEN status <> 'accepted' THEN status
                       WHEN NOT known THEN 'quarantined'
                       WHEN NOT active THEN 'ignored'
                       ELSE 'accepted' END AS final
    FROM owned
), judged AS MATERIALIZED (
  SELECT verdict.*, id || ':' || conversation AS conversation_id,
         CASE WHEN final = 'accepted' THEN false
              ELSE ${isErasedConversation(`COALESCE(id || ':', '') || conversation`)}
                OR EXISTS (SELECT 1 FROM unnest(string_to_array(suspects, ',')) AS suspect
                             JOIN erased_id ON digest = decode(suspect, 'hex')
                            WHERE erased_at > now() - interval '1 day') END AS erased
    FROM verdict
), stored AS (
  INSERT INTO event (dedupe_key, body_hash, source, status, reason, event_type, content_type, body,
                     installation_id, conversation_id, plan_after, erased_at)
  SELECT dedupe_key, body_hash, source, final,
         CASE WHEN erased THEN NULL
              WHEN status <> 'accepted' THEN reason
              WHEN NOT known THEN 'unknown-installation'
              WHEN NOT active THEN 'installation-disabled' END,
         CASE WHEN NOT erased THEN event_type END, CASE WHEN NOT erased THEN content_type END,
         CASE WHEN erased THEN '' ELSE substr($2::bytea, body_from, body_length) END,
         CASE WHEN NOT erased THEN id END, CASE WHEN NOT erased THEN conversation_id END,
         CASE WHEN final = 'accepted' THEN now() END, CASE WHEN erased THEN now() END
    FROM judged ORDER BY place
  ON CONFLICT (dedupe_key) DO UPDATE SET duplicates = event.duplicates + 1
  RETURNING dedupe_key, status, body_hash, duplicates
)
SELECT stored.dedupe_key AS "dedupeKey", stored.status, stored.body_hash AS "bodyHash", stored.duplicates
  FROM stored JOIN given USING (dedupe_key) WHERE stored.duplicates > 0 OR stored.status <> given.status`;

function clientIdOf(read: ReadEvent): string | undefined {
  const clientId = 'clientId' in read ? read.clientId : undefined;
  return clientId !== undefined && /^\d{1,18}$/.test(clientId) ? clientId : undefined;
}

function conversationIdOf(read: ReadEvent): string | undefined {
  return read.status === 'accepted' && 'conversationId' in read.event ? read.event.conversationId : undefined;
}

/** Commits all rows before it resolves, with what is stored under each key, in the order given. Keys must differ. */
export async function insertEvents(
  sql: Sql,
  rows: readonly NewEventRow[],
  defaultPlatform: Platform,
): Promise<StoredEventRow[]> {
  // Positions in SQL begin at 1.
  let end = 1;
  const given = rows.map(({ dedupeKey, bodyHash, incoming, status, reason, read }) => {
    const target = 'target' in read ? read.target : undefined;
    end += incoming.body.length;
    return {
      dedupe_key: dedupeKey,
      body_hash: bodyHash,
      source: incoming.source,
      status,
      reason,
      event_type: read.eventType,
      content_type: incoming.contentType,
      body_from: end - incoming.body.length,
      body_length: incoming.body.length,
      candidates:
        target?.by === 'website' ? installationCandidates(target.website, defaultPlatform).join(',') : undefined,
      target: target?.by,
      client_id: clientIdOf(read),
      conversation: conversationIdOf(read),
      suspects: status === 'accepted' ? undefined : erasedSuspects(incoming.body).join(','),
    };
  });
  const bodies = rows.map(({ incoming }) => incoming.body);
  const storing = sql.query<StoredEventRow & { dedupeKey: string }>(INSERT, [
    JSON.stringify(given),
    bodies.length === 1 ? bodies[0] : Buffer.concat(bodies),
  ]);
  // Insert and commit are one statement: it is on its way, and nobody here knows how far.
  crashPoint('K3', 0);
  const others = new Map((await storing).map((row) => [row.dedupeKey, row]));
  return rows.map(({ dedupeKey, status, bodyHash }) => others.get(dedupeKey) ?? { status, bodyHash, duplicates: 0 });
}
