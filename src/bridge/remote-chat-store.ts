import type { VisitorDetails } from '../destinations/contract.ts';
import type { StartedChat } from '../destinations/remote-chat.ts';
import type { Database, Sql } from '../persistence/database.ts';
import type { SecretBox } from '../persistence/secret-box.ts';
import type { Lease } from './delivery.ts';
import type { ListenerAddress } from './listener-address.ts';

export interface StoredRemoteChat extends StartedChat {
  status: 'open' | 'ended' | 'gone';
  /** The visitor's details as this chat was last told. */
  visitor: VisitorDetails;
}

/** The same as it lies on disk. */
export interface SealedChat {
  remoteId: string;
  status: StoredRemoteChat['status'];
  state: string;
  visitor: string | null;
}

/** A remote chat that a start made, as it is stored, and who is to listen to it. */
export interface NewRemoteChat {
  scope: string;
  remoteId: string;
  /** Sealed. */
  state: string;
  visitor: string;
  listener: ListenerAddress | undefined;
}

/** The remote chats, with what belongs to their destinations encrypted. */
export interface RemoteChatStore {
  find(laneId: string): Promise<StoredRemoteChat | undefined>;
  unseal(laneId: string, sealed: SealedChat): StoredRemoteChat;
  /** Whether a lane other than this one has that chat, be it of another installation. */
  isTaken(lease: Lease, remoteId: string): Promise<boolean>;
  /** A new chat as it is stored. */
  seal(lease: Lease, chat: StartedChat, visitor: VisitorDetails): Omit<NewRemoteChat, 'listener'>;
  setVisitor(sql: Sql, lease: Lease, visitor: VisitorDetails): Promise<void>;
  /** A chat that is over stays as it ended first. */
  close(sql: Sql, lease: Lease, status: 'ended' | 'gone'): Promise<void>;
  /** Encrypts what a start is made of, and gives it back. */
  sealStart(laneId: string, start: unknown): string;
  openStart(laneId: string, sealed: string): unknown;
  /** The visitor's details of a stored chat. */
  openVisitor(laneId: string, sealed: string): VisitorDetails;
  /** Changes the state as it is stored at that moment, whoever stored it last, and gives back what it is then. */
  updateState(laneId: string, change: (stored: unknown) => unknown): Promise<unknown>;
}

type SealedPart = 'state' | 'visitor' | 'start';

const scopeOf = (lease: Lease): string => `${lease.installationId}/${lease.destinationId}`;

const FIND = `SELECT remote_id AS "remoteId", status, state, visitor FROM remote_chat WHERE lane_id = $1`;
// Several installations may share one remote system. Scope by scope, since that is what the index of ids begins with.
const IS_TAKEN = `
WITH RECURSIVE every_scope(scope) AS (
  (SELECT scope FROM remote_chat ORDER BY scope LIMIT 1)
  UNION ALL
  SELECT (SELECT next.scope FROM remote_chat next WHERE next.scope > every_scope.scope ORDER BY next.scope LIMIT 1)
    FROM every_scope WHERE every_scope.scope IS NOT NULL
)
SELECT 1 AS taken FROM every_scope JOIN remote_chat USING (scope) WHERE remote_id = $1 AND lane_id <> $2 LIMIT 1`;
const SET_VISITOR = `UPDATE remote_chat SET visitor = $2 WHERE lane_id = $1`;
const CLOSE = `UPDATE remote_chat SET status = $2, ended_at = now() WHERE lane_id = $1 AND status = 'open'`;
const LOCK_STATE = `SELECT state FROM remote_chat WHERE lane_id = $1 FOR NO KEY UPDATE`;
const SAVE_STATE = `UPDATE remote_chat SET state = $2 WHERE lane_id = $1`;

export function createRemoteChatStore(database: Database, secretBox: SecretBox): RemoteChatStore {
  const seal = (laneId: string, part: SealedPart, value: unknown): string =>
    secretBox.seal(JSON.stringify(value ?? null), `remote-chat/${part}/${laneId}`);
  const open = (laneId: string, part: SealedPart, sealed: string): unknown =>
    JSON.parse(secretBox.open(sealed, `remote-chat/${part}/${laneId}`));

  const openVisitor = (laneId: string, sealed: string): VisitorDetails =>
    open(laneId, 'visitor', sealed) as VisitorDetails;

  function unseal(laneId: string, { remoteId, status, state, visitor }: SealedChat): StoredRemoteChat {
    const details = visitor === null ? {} : openVisitor(laneId, visitor);
    return { remoteId, status, state: open(laneId, 'state', state), visitor: details };
  }

  return {
    async find(laneId) {
      const [sealed] = await database.query<SealedChat>(FIND, [laneId]);
      return sealed && unseal(laneId, sealed);
    },
    unseal,
    async isTaken(lease, remoteId) {
      return (await database.query(IS_TAKEN, [remoteId, lease.laneId])).length > 0;
    },
    seal: (lease, { remoteId, state }, visitor) => ({
      ...{ scope: scopeOf(lease), remoteId },
      ...{ state: seal(lease.laneId, 'state', state), visitor: seal(lease.laneId, 'visitor', visitor) },
    }),
    async setVisitor(sql, { laneId }, visitor) {
      await sql.query(SET_VISITOR, [laneId, seal(laneId, 'visitor', visitor)]);
    },
    async close(sql, { laneId }, status) {
      await sql.query(CLOSE, [laneId, status]);
    },
    sealStart: (laneId, start) => seal(laneId, 'start', start),
    openStart: (laneId, sealed) => open(laneId, 'start', sealed),
    openVisitor,
    updateState: (laneId, change) =>
      database.transaction(async (sql) => {
        const [row] = await sql.query<{ state: string }>(LOCK_STATE, [laneId]);
        if (!row) throw new Error('a remote chat that is not stored');
        const state = change(open(laneId, 'state', row.state));
        await sql.query(SAVE_STATE, [laneId, seal(laneId, 'state', state)]);
        return state;
      }),
  };
}
