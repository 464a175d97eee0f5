import { createHash } from 'node:crypto';
import { installationCandidates, type Platform } from '../installations/website-ref.ts';
import type { Database } from '../persistence/database.ts';
import { type EventSource, type ReadEvent, readEvent } from './read-event.ts';

export interface IncomingEvent {
  source: EventSource;
  contentType: string | undefined;
  body: Buffer;
}

export type StoredStatus = 'accepted' | 'ignored' | 'quarantined' | 'duplicate-anomaly';

export interface StoredEvent {
  status: StoredStatus;
  /** The same event was here before; nothing was added. */
  duplicate: boolean;
}

export interface EventStore {
  /**
   * Commits the event before it resolves; throws when it could not. Idempotent by signed bytes: `eventId`, else the
   * SHA-256 of the body. The same id with another body keeps the first and is stored beside it as an anomaly.
   */
  store(event: IncomingEvent): Promise<StoredEvent>;
}

interface Insert {
  dedupeKey: string;
  bodyHash: string;
  incoming: IncomingEvent;
  status: StoredStatus;
  reason: string | null;
  read: ReadEvent;
}

interface InsertedRow {
  status: StoredStatus;
  body_hash: string;
  duplicates: number;
}

/**
 * One statement decides and stores: the website is looked up where the row is written, so no replica works from a stale
 * list of installations. Only what a website or client of ours sent is accepted; a disabled installation's is ignored,
 * but for the event that may enable it again.
 */
const INSERT = `
WITH site AS (
  SELECT id, active FROM installation WHERE id = ANY($9::text[]) ORDER BY array_position($9::text[], id) LIMIT 1
), owner AS (
  SELECT (SELECT id FROM site) AS id,
         CASE WHEN $10::text = 'website' THEN EXISTS (SELECT 1 FROM site)
              WHEN $10::text = 'client' THEN EXISTS (SELECT 1 FROM installation WHERE client_id = $11::bigint)
              ELSE true END AS known,
         COALESCE((SELECT active FROM site), true) OR $6::text = 'connector.installed' AS active
), verdict AS (
  SELECT id,
         CASE WHEN $4::text <> 'accepted' THEN $4::text
              WHEN NOT known THEN 'quarantined'
              WHEN NOT active THEN 'ignored'
              ELSE 'accepted' END AS status,
         CASE WHEN $4::text <> 'accepted' THEN $5::text
              WHEN NOT known THEN 'unknown-installation'
              WHEN NOT active THEN 'installation-disabled' END AS reason
    FROM owner
)
INSERT INTO event (dedupe_key, body_hash, source, status, reason, event_type, content_type, body,
                   installation_id, conversation_id, plan_after)
SELECT $1, $2, $3, status, reason, $6, $7, $8, id, id || ':' || $12::text,
       CASE WHEN status = 'accepted' THEN now() END
  FROM verdict
ON CONFLICT (dedupe_key) DO UPDATE SET duplicates = event.duplicates + 1
RETURNING status, body_hash, duplicates`;

/** `onAccepted` is called after the commit of every new event that is to be planned. */
export function createEventStore(database: Database, defaultPlatform: Platform, onAccepted: () => void): EventStore {
  async function insert(row: Insert): Promise<InsertedRow> {
    const { read, incoming } = row;
    const target = 'target' in read ? read.target : undefined;
    const candidates = target?.by === 'website' ? installationCandidates(target.website, defaultPlatform) : [];
    const clientId = 'clientId' in read && /^\d{1,18}$/.test(read.clientId ?? '') ? read.clientId : null;
    const event = read.status === 'accepted' ? read.event : undefined;
    const conversationId = event && 'conversationId' in event ? event.conversationId : null;
    const values = [row.dedupeKey, row.bodyHash, incoming.source, row.status, row.reason, read.eventType ?? null];
    const rest = [
      incoming.contentType ?? null,
      incoming.body,
      candidates,
      target?.by ?? null,
      clientId,
      conversationId,
    ];
    const [inserted] = await database.query<InsertedRow>(INSERT, [...values, ...rest]);
    if (!inserted) throw new Error('the event table did not answer the insert');
    return inserted;
  }

  return {
    async store(incoming) {
      const read = readEvent(incoming.source, incoming.contentType, incoming.body);
      const bodyHash = createHash('sha256').update(incoming.body).digest('hex');
      const dedupeKey = read.eventId === undefined ? `sha256:${bodyHash}` : `id:${read.eventId}`;
      const reason = read.status === 'quarantined' ? read.reason : null;
      const row: Insert = { dedupeKey, bodyHash, incoming, status: read.status, reason, read };

      const first = await insert(row);
      if (first.duplicates > 0 && first.body_hash !== bodyHash) {
        const anomalyKey = `anomaly:${read.eventId ?? ''}:${bodyHash}`;
        await insert({ ...row, dedupeKey: anomalyKey, status: 'duplicate-anomaly', reason: 'same-id-other-body' });
        return { status: 'duplicate-anomaly', duplicate: true };
      }
      if (first.duplicates === 0 && first.status === 'accepted') onAccepted();
      return { status: first.status, duplicate: first.duplicates > 0 };
    },
  };
}
