import { randomUUID } from 'node:crypto';
import type { FailureCode } from '../destinations/destination-failure.ts';
import type { FetchedFile, RemoteFile } from '../destinations/receiving.ts';
import type { Database, Sql } from '../persistence/database.ts';
import type { SecretBox } from '../persistence/secret-box.ts';
import type { SealedJson } from './sealed-json.ts';

/** Why there is no copy of a file. */
export type FileLoss = FailureCode | 'too-large' | 'destination-removed' | 'settings-do-not-fit' | 'unexpected-error';

/** A file that is this worker's to fetch. */
export interface FileToCopy {
  id: string;
  file: RemoteFile;
  laneId: string;
  installationId: string;
  destinationId: string;
  /** Number of this try; its outcome is stored only while it is the last one. */
  attempt: number;
}

export interface ShownFile {
  id: string;
  messageId: string;
  name: string;
  contentType: string | undefined;
  size: number | undefined;
  status: 'waiting' | 'hosted' | 'lost';
  reason: string | undefined;
}

export interface HostedFile extends FetchedFile {
  name: string;
}

/** Our copies of remote agents' files. What they hold and are called is encrypted at rest. */
export interface RemoteFileStore {
  add(sql: Sql, messageId: string, files: readonly RemoteFile[]): Promise<void>;
  /** Takes up to `limit` files whose time has come; whoever does not tell an outcome within `holdMs` loses them. */
  claim(limit: number, holdMs: number): Promise<FileToCopy[]>;
  keep(copied: FileToCopy, fetched: FetchedFile): Promise<void>;
  lose(copied: FileToCopy, reason: FileLoss): Promise<void>;
  /** Again after this long. */
  retry(copied: FileToCopy, reason: FileLoss, afterMs: number): Promise<void>;
  /** Whether there is a file of that lane that is not fetched yet, nor given up. */
  areWaiting(laneId: string): Promise<boolean>;
  /** Undefined when there is no such file, or no copy of it. */
  load(id: string): Promise<HostedFile | undefined>;
  list(messageIds: readonly string[]): Promise<ShownFile[]>;
}

const ADD = `INSERT INTO remote_file_copy (id, remote_message_id, ordinal, about) VALUES ($1, $2::bigint, $3, $4)`;

const CLAIM = `
WITH due AS (
  SELECT id FROM remote_file_copy WHERE next_at <= now() ORDER BY next_at LIMIT $1 FOR UPDATE SKIP LOCKED
), taken AS (
  UPDATE remote_file_copy AS copy SET attempts = attempts + 1, next_at = now() + $2 * interval '1 millisecond'
    FROM due WHERE copy.id = due.id RETURNING copy.id, about, attempts, remote_message_id
)
SELECT taken.id, about, attempts, lane.id AS lane_id, installation_id, destination_id
  FROM taken JOIN remote_message ON remote_message.id = remote_message_id JOIN lane ON lane.id = lane_id`;

const MINE = `WHERE id = $1 AND attempts = $2 AND status = 'waiting'`;
const KEEP = `
UPDATE remote_file_copy SET status = 'hosted', reason = NULL, next_at = NULL, bytes = $3, content_type = $4, size = $5 ${MINE}`;
const LOSE = `UPDATE remote_file_copy SET status = 'lost', reason = $3, next_at = NULL ${MINE}`;
const RETRY = `UPDATE remote_file_copy SET reason = $3, next_at = now() + $4 * interval '1 millisecond' ${MINE}`;
const ARE_WAITING = `
SELECT 1 AS waiting FROM remote_message JOIN remote_file_copy AS copy ON remote_message_id = remote_message.id
 WHERE lane_id = $1 AND copy.status = 'waiting' LIMIT 1`;
const LOAD = `SELECT about, content_type, bytes FROM remote_file_copy WHERE id = $1 AND status = 'hosted'`;
const LIST = `
SELECT id, remote_message_id::text AS message_id, about, content_type, size, status, reason
  FROM remote_file_copy WHERE remote_message_id = ANY($1::bigint[]) ORDER BY remote_message_id, ordinal`;

interface Row {
  id: string;
  message_id: string;
  about: string;
  attempts: number;
  lane_id: string;
  installation_id: string;
  destination_id: string;
  content_type: string | null;
  size: number | null;
  bytes: Uint8Array;
  status: ShownFile['status'];
  reason: string | null;
}

export function createRemoteFileStore(database: Database, sealed: SealedJson, secretBox: SecretBox): RemoteFileStore {
  const aboutOf = ({ id, about }: Pick<Row, 'id' | 'about'>): RemoteFile =>
    sealed.open(about, `remote-file/${id}`) as RemoteFile;
  const bytesPlace = (id: string): string => `remote-file-bytes/${id}`;

  return {
    async add(sql, messageId, files) {
      for (const [ordinal, file] of files.entries()) {
        const id = randomUUID();
        await sql.query(ADD, [id, messageId, ordinal, sealed.seal(file, `remote-file/${id}`)]);
      }
    },
    areWaiting: async (laneId) => (await database.query(ARE_WAITING, [laneId])).length > 0,
    async claim(limit, holdMs) {
      const rows = await database.query<Row>(CLAIM, [limit, holdMs]);
      return rows.map((row) => ({
        id: row.id,
        file: aboutOf(row),
        laneId: row.lane_id,
        installationId: row.installation_id,
        destinationId: row.destination_id,
        attempt: row.attempts,
      }));
    },
    async keep({ id, attempt }, { bytes, contentType }) {
      const copy = secretBox.sealBytes(bytes, bytesPlace(id));
      await database.query(KEEP, [id, attempt, copy, contentType, bytes.length]);
    },
    async lose({ id, attempt }, reason) {
      await database.query(LOSE, [id, attempt, reason]);
    },
    async retry({ id, attempt }, reason, afterMs) {
      await database.query(RETRY, [id, attempt, reason, afterMs]);
    },
    async load(id) {
      const [row] = await database.query<Row>(LOAD, [id]);
      if (!row) return undefined;
      const bytes = secretBox.openBytes(row.bytes, bytesPlace(id));
      return { name: aboutOf({ id, about: row.about }).name, contentType: row.content_type ?? '', bytes };
    },
    async list(messageIds) {
      const rows = await database.query<Row>(LIST, [messageIds]);
      return rows.map((row) => {
        const about = aboutOf(row);
        return {
          id: row.id,
          messageId: row.message_id,
          name: about.name,
          contentType: row.content_type ?? about.contentType,
          size: row.size ?? about.size,
          status: row.status,
          reason: row.reason ?? undefined,
        };
      });
    },
  };
}
