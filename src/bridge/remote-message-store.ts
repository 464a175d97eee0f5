import { createHash } from 'node:crypto';
import type { RemoteMessage, RemoteRole } from '../destinations/receiving.ts';
import type { Database, Sql } from '../persistence/database.ts';
import { storableText } from '../persistence/storable-text.ts';
import type { RemoteFileStore } from './remote-file-store.ts';
import type { SealedJson } from './sealed-json.ts';

/** A message together with the lane of its chat. */
export interface ReceivedMessage {
  laneId: string;
  message: RemoteMessage;
}

export interface StoredRemoteMessage {
  id: string;
  laneId: string;
  role: RemoteRole;
  authorName: string | undefined;
  text: string;
  sentAt: Date | undefined;
  receivedAt: Date;
  status: string;
}

/** What remote agents wrote. Text and names are a person's words, so they are encrypted at rest. */
export interface RemoteMessageStore {
  /** Stores those that are not there yet, with their files, in the order given. Returns how many were new. */
  insert(sql: Sql, received: readonly ReceivedMessage[]): Promise<number>;
  /** In the order they were stored, `limit` at most. */
  list(laneIds: readonly string[], limit: number): Promise<StoredRemoteMessage[]>;
}

interface Content {
  text: string;
  authorName?: string;
}

/** Longer keys would not fit into an index. */
const KEY_LIMIT = 200;

const INSERT = `
INSERT INTO remote_message (lane_id, key, role, content, sent_at)
SELECT lane_id, key, role, content, sent_at
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[])
       WITH ORDINALITY AS received(lane_id, key, role, content, sent_at, place)
 ORDER BY place
ON CONFLICT (lane_id, key) DO NOTHING RETURNING id::text, lane_id, key`;

// By the table's own id: the bare name is the text selected here, and "10" comes before "9".
const LIST = `
SELECT id::text, lane_id, key, role, content, sent_at, received_at, status
  FROM remote_message WHERE lane_id = ANY($1::text[]) ORDER BY remote_message.id LIMIT $2`;

interface Row {
  id: string;
  lane_id: string;
  key: string;
  role: RemoteRole;
  content: string;
  sent_at: Date | null;
  received_at: Date;
  status: string;
}

export function createRemoteMessageStore(
  database: Database,
  sealed: SealedJson,
  files: RemoteFileStore,
): RemoteMessageStore {
  return {
    async insert(sql, received) {
      if (received.length === 0) return 0;
      const keyed = new Map<string, ReceivedMessage & { key: string }>();
      for (const { laneId, message } of received) {
        const key = storedKey(message.key);
        const place = placeOf(laneId, key);
        if (!keyed.has(place)) keyed.set(place, { laneId, message, key });
      }
      const all = [...keyed.values()];
      const inserted = await sql.query<Pick<Row, 'id' | 'lane_id' | 'key'>>(INSERT, [
        all.map(({ laneId }) => laneId),
        all.map(({ key }) => key),
        all.map(({ message }) => message.author.role),
        all.map(({ laneId, key, message }) => sealed.seal(contentOf(message), placeOf(laneId, key))),
        all.map(({ message: { sentAt } }) => (sentAt && !Number.isNaN(sentAt.getTime()) ? sentAt : null)),
      ]);
      for (const { id, lane_id, key } of inserted) {
        await files.add(sql, id, keyed.get(placeOf(lane_id, key))?.message.files ?? []);
      }
      return inserted.length;
    },
    async list(laneIds, limit) {
      const rows = await database.query<Row>(LIST, [laneIds, limit]);
      return rows.map((row) => {
        const { text, authorName } = sealed.open(row.content, placeOf(row.lane_id, row.key)) as Content;
        const { id, role, status } = row;
        const times = { sentAt: row.sent_at ?? undefined, receivedAt: row.received_at };
        return { id, laneId: row.lane_id, role, authorName, text, ...times, status };
      });
    },
  };
}

const placeOf = (laneId: string, key: string): string => `remote-message/${laneId}/${key}`;

function storedKey(key: string): string {
  const storable = storableText(key);
  if (storable === key && key.length <= KEY_LIMIT) return key;
  return `sha256:${createHash('sha256').update(key).digest('hex')}`;
}

function contentOf({ text, author }: RemoteMessage): Content {
  const { name } = author;
  return { text: storableText(text), ...(name !== undefined && { authorName: storableText(name) }) };
}
