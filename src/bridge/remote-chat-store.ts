import type { StartedChat, VisitorDetails } from '../destinations/contract.ts';
import type { Database, Sql } from '../persistence/database.ts';
import type { SecretBox } from '../persistence/secret-box.ts';
import { type Lease, LeaseLostError } from './delivery.ts';

export interface StoredRemoteChat extends StartedChat {
  status: 'open' | 'ended' | 'gone';
  /** The visitor's details as this chat was last told. */
  visitor: VisitorDetails;
}

/** The remote chats, with what belongs to their destinations encrypted. */
export interface RemoteChatStore {
  find(laneId: string): Promise<StoredRemoteChat | undefined>;
  /** Whether a lane other than this one has that chat. */
  isTaken(lease: Lease, remoteId: string): Promise<boolean>;
  /** Throws when another lane has that chat: two that were adopting the same one cannot both have it. */
  insert(sql: Sql, lease: Lease, chat: StartedChat, visitor: VisitorDetails): Promise<void>;
  setVisitor(sql: Sql, lease: Lease, visitor: VisitorDetails): Promise<void>;
  /** A chat that is over stays as it ended first. */
  close(sql: Sql, lease: Lease, status: 'ended' | 'gone'): Promise<void>;
  /** Encrypts what a start is made of, and gives it back. */
  sealStart(laneId: string, start: unknown): string;
  openStart(laneId: string, sealed: string): unknown;
  /** Throws `LeaseLostError` when the lane was taken over: the other worker's state is the newer one. */
  saveState(lease: Lease, state: unknown): Promise<void>;
}

type SealedPart = 'state' | 'visitor' | 'start';

const scopeOf = (lease: Lease): string => `${lease.installationId}/${lease.destinationId}`;

interface Row {
  remote_id: string;
  status: StoredRemoteChat['status'];
  state: string;
  visitor: string | null;
}

const FIND = `SELECT remote_id, status, state, visitor FROM remote_chat WHERE lane_id = $1`;
const IS_TAKEN = `SELECT 1 AS taken FROM remote_chat WHERE scope = $1 AND remote_id = $2 AND lane_id <> $3 LIMIT 1`;
const INSERT = `
INSERT INTO remote_chat (lane_id, scope, remote_id, status, state, visitor) VALUES ($1, $2, $3, 'open', $4, $5)`;
const SET_VISITOR = `UPDATE remote_chat SET visitor = $2 WHERE lane_id = $1`;
const CLOSE = `UPDATE remote_chat SET status = $2, ended_at = now() WHERE lane_id = $1 AND status = 'open'`;
const SAVE_STATE = `
UPDATE remote_chat SET state = $3 FROM lane
 WHERE remote_chat.lane_id = $1 AND lane.id = $1 AND lane.fencing = $2::bigint RETURNING remote_chat.lane_id`;

export function createRemoteChatStore(database: Database, secretBox: SecretBox): RemoteChatStore {
  const seal = (laneId: string, part: SealedPart, value: unknown): string =>
    secretBox.seal(JSON.stringify(value ?? null), `remote-chat/${part}/${laneId}`);
  const open = (laneId: string, part: SealedPart, sealed: string): unknown =>
    JSON.parse(secretBox.open(sealed, `remote-chat/${part}/${laneId}`));

  return {
    async find(laneId) {
      const [row] = await database.query<Row>(FIND, [laneId]);
      if (!row) return undefined;
      const visitor = row.visitor === null ? {} : (open(laneId, 'visitor', row.visitor) as VisitorDetails);
      return { remoteId: row.remote_id, status: row.status, state: open(laneId, 'state', row.state), visitor };
    },
    async isTaken(lease, remoteId) {
      return (await database.query(IS_TAKEN, [scopeOf(lease), remoteId, lease.laneId])).length > 0;
    },
    async insert(sql, lease, chat, visitor) {
      const { laneId } = lease;
      const sealed = [seal(laneId, 'state', chat.state), seal(laneId, 'visitor', visitor)];
      await sql.query(INSERT, [laneId, scopeOf(lease), chat.remoteId, ...sealed]);
    },
    async setVisitor(sql, { laneId }, visitor) {
      await sql.query(SET_VISITOR, [laneId, seal(laneId, 'visitor', visitor)]);
    },
    async close(sql, { laneId }, status) {
      await sql.query(CLOSE, [laneId, status]);
    },
    sealStart: (laneId, start) => seal(laneId, 'start', start),
    openStart: (laneId, sealed) => open(laneId, 'start', sealed),
    async saveState({ laneId, fencing }, state) {
      const saved = await database.query(SAVE_STATE, [laneId, fencing, seal(laneId, 'state', state)]);
      if (saved.length === 0) throw new LeaseLostError('the lane was taken over before the new state was stored');
    },
  };
}
