import type { ReceivingChat, RemoteEnd } from '../destinations/receiving.ts';
import { crashPoint } from '../observability/crash-point.ts';
import type { Database, Sql } from '../persistence/database.ts';
import { mayDropListener } from './listener-address.ts';
import { type ListenerLease, ListenerLostError } from './listener-store.ts';
import type { ReceivedMessage, RemoteMessageStore } from './remote-message-store.ts';
import { type Opened, openRemembering, type SealedJson } from './sealed-json.ts';

/** A chat there may be something to read from. */
export interface ListenedChat extends Pick<ReceivingChat, 'remoteId' | 'state' | 'cursor' | 'openedAt'> {
  laneId: string;
  /** How long ago we ended it, in ms; undefined while it is open. */
  endedForMs: number | undefined;
}

/** What a reading leaves behind. */
export interface ReadingResult {
  messages: readonly ReceivedMessage[];
  ends: readonly { laneId: string; reason: RemoteEnd['reason'] }[];
  /** By lane. */
  cursors: ReadonlyMap<string, unknown>;
  /** Lanes that need no further reading. */
  finished: readonly string[];
  /** No chat was handed out to be read: the listener may have no reason left. */
  nothingToRead?: boolean;
  pauseMs: number;
}

export interface ReadingFailed {
  code: string;
  pauseMs: number;
  /** Lanes whose chat the remote system does not know any more. */
  gone: readonly string[];
  finished: readonly string[];
}

/** `over`: nothing is left to read, and the listener is gone. */
export interface StoredReading {
  over: boolean;
  newMessages: number;
}

export interface ReadingStore {
  /**
   * What a listener reads next: its open chats, and those that ended since they were read last. `opened`: what earlier
   * readings of the same listener decrypted, which most do not have to do again.
   */
  load(lease: Pick<ListenerLease, 'id' | 'laneId'>, opened?: Opened): Promise<ListenedChat[]>;
  /** Stores a reading, all of it or nothing. Throws `ListenerLostError` when the listener is another worker's. */
  store(lease: ListenerLease, result: ReadingResult, leaseMs: number): Promise<StoredReading>;
  /** Stores messages that were read beside the listener; its next reading finds them known. */
  add(messages: readonly ReceivedMessage[]): Promise<void>;
  /** Stores that a reading failed. Throws `ListenerLostError`. */
  fail(lease: ListenerLease, failure: ReadingFailed, leaseMs: number): Promise<StoredReading>;
  /** How many texts with this hash may have reached that chat from us. */
  countSent(laneId: string, contentHash: string): Promise<number>;
}

// A chat that ended long ago was not left unread by a listener: there was none.
const WANTED = `listening AND (status = 'open' OR ended_at > now() - interval '10 minutes')`;
const COLUMNS = `
SELECT lane_id, remote_id, state, cursor, opened_at,
       (EXTRACT(EPOCH FROM now() - ended_at) * 1000)::float8 AS ended_for_ms FROM remote_chat`;
const LOAD_ONE = `${COLUMNS} WHERE lane_id = $1 AND ${WANTED}`;
const LOAD_ALL = `${COLUMNS} WHERE scope = $1 AND ${WANTED} ORDER BY opened_at, lane_id`;

// First of all, so that what comes after sees every chat of whoever had the row before.
const HOLD = `
SELECT id, ${mayDropListener('$1')} FROM listener WHERE id = $1 AND fencing = $2::bigint FOR UPDATE`;

const MOVE_CURSORS = `
UPDATE remote_chat SET cursor = moved.cursor FROM unnest($1::text[], $2::text[]) AS moved(lane_id, cursor)
 WHERE remote_chat.lane_id = moved.lane_id`;

// A chat that is over stays as it ended first.
const END = `
UPDATE remote_chat SET status = CASE WHEN reason = 'gone' THEN 'gone' ELSE 'ended' END, ended_at = now(), end_reason = reason
  FROM unnest($1::text[], $2::text[]) AS over(lane_id, reason)
 WHERE remote_chat.lane_id = over.lane_id AND status = 'open'`;

const FINISH = `UPDATE remote_chat SET listening = false WHERE lane_id = ANY($1::text[])`;

const DROP_ONE = `
DELETE FROM listener WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM remote_chat WHERE lane_id = $1 AND ${WANTED}) RETURNING id`;
const DROP_ALL = `
DELETE FROM listener WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM remote_chat WHERE scope = $1 AND ${WANTED}) RETURNING id`;

const READ = `
UPDATE listener SET failures = 0, last_failure = NULL, last_read_at = now(),
       next_at = now() + $2 * interval '1 millisecond', lease_until = now() + $3 * interval '1 millisecond'
 WHERE id = $1`;
// The same for a reading that brought nothing, which most do: one statement, and no transaction around it.
const READ_NOTHING = `${READ} AND fencing = $4::bigint RETURNING id`;
const FAILED = `
UPDATE listener SET failures = failures + 1, last_failure = $4, last_read_at = now(),
       next_at = now() + $2 * interval '1 millisecond', lease_until = now() + $3 * interval '1 millisecond'
 WHERE id = $1`;

// Not by the index of statuses, as in lane-store.ts.
const COUNT_SENT = `
SELECT count(*)::int AS count FROM delivery
 WHERE lane_id = $1 AND content_hash = $2 AND (status IN ('delivered', 'sending', 'uncertain')) IS TRUE`;

interface ChatRow {
  lane_id: string;
  remote_id: string;
  state: string;
  cursor: string | null;
  opened_at: Date;
  ended_for_ms: number | null;
}

export function createReadingStore(database: Database, sealed: SealedJson, messages: RemoteMessageStore): ReadingStore {
  const cursorPlace = (laneId: string): string => `remote-chat/cursor/${laneId}`;

  async function moveCursors(sql: Sql, cursors: ReadonlyMap<string, unknown>): Promise<void> {
    if (cursors.size === 0) return;
    const moved = [...cursors].map(([laneId, cursor]) => sealed.seal(cursor, cursorPlace(laneId)));
    await sql.query(MOVE_CURSORS, [[...cursors.keys()], moved]);
  }

  async function inTransaction(
    lease: ListenerLease,
    finished: readonly string[],
    work: (sql: Sql) => Promise<number>,
  ): Promise<StoredReading> {
    return database.transaction(async (sql) => {
      const held = await sql.query(HOLD, [lease.id, lease.fencing]);
      if (held.length === 0) throw new ListenerLostError('the listener was taken over before its reading was stored');
      const newMessages = await work(sql);
      if (finished.length > 0) await sql.query(FINISH, [finished]);
      const dropped = await sql.query(lease.laneId === undefined ? DROP_ALL : DROP_ONE, [lease.id]);
      return { over: dropped.length > 0, newMessages };
    });
  }

  return {
    async load({ id, laneId }, opened = new Map()) {
      const rows = await database.query<ChatRow>(laneId === undefined ? LOAD_ALL : LOAD_ONE, [id]);
      const before = new Map(opened);
      opened.clear();
      const open = openRemembering(sealed, before, opened);
      return rows.map((row) => ({
        laneId: row.lane_id,
        remoteId: row.remote_id,
        state: open(row.state, `remote-chat/state/${row.lane_id}`),
        cursor: row.cursor === null ? undefined : open(row.cursor, cursorPlace(row.lane_id)),
        openedAt: row.opened_at,
        endedForMs: row.ended_for_ms ?? undefined,
      }));
    },
    async store(lease, { messages: received, ends, cursors, finished, nothingToRead, pauseMs }, leaseMs) {
      if (!nothingToRead && received.length + ends.length + cursors.size + finished.length === 0) {
        const held = await database.query(READ_NOTHING, [lease.id, pauseMs, leaseMs, lease.fencing]);
        if (held.length === 0) throw new ListenerLostError('the listener was taken over before its reading was stored');
        return { over: false, newMessages: 0 };
      }
      return inTransaction(lease, finished, async (sql) => {
        const newMessages = await messages.insert(sql, received);
        if (received.length > 0) crashPoint('K13');
        await moveCursors(sql, cursors);
        if (ends.length > 0) await sql.query(END, [ends.map((end) => end.laneId), ends.map((end) => end.reason)]);
        await sql.query(READ, [lease.id, pauseMs, leaseMs]);
        return newMessages;
      });
    },
    async add(received) {
      if (received.length > 0) await database.transaction((sql) => messages.insert(sql, received));
    },
    fail: (lease, { code, pauseMs, gone, finished }, leaseMs) =>
      inTransaction(lease, finished, async (sql) => {
        if (gone.length > 0) await sql.query(END, [gone, gone.map(() => 'gone')]);
        await sql.query(FAILED, [lease.id, pauseMs, leaseMs, code]);
        return 0;
      }),
    async countSent(laneId, contentHash) {
      const [row] = await database.query<{ count: number }>(COUNT_SENT, [laneId, contentHash]);
      return row?.count ?? 0;
    },
  };
}
