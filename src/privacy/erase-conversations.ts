import { setTimeout as pause } from 'node:timers/promises';
import { crashPoint } from '../observability/crash-point.ts';
import type { Database, Sql } from '../persistence/database.ts';
import { leaveTheEnd } from './ending-lanes.ts';
import { rememberErased } from './erased-ids.ts';
import { count, type Erased } from './erasure-numbers.ts';
import { lockLanes } from './lock-lanes.ts';
import type { RemoteCopy } from './remote-copy.ts';

export interface ErasedStep {
  erased: Erased;
  copies: RemoteCopy[];
  /** Of chats that were open, this step's and all before: nothing is left in them but their end, which is on its way. */
  endingLanes: string[];
}

/** A worker that is in the middle of a call is waited for: what it sends may start the chat. In ms, longer than a call may take. */
const PATIENCE_MS = 90_000;
/** So is a start in doubt, until it was looked for: then there is a chat to end, or none. */
const DOUBT_PATIENCE_MS = 45_000;
const LOOK_AGAIN_MS = 100;

const LOCK_CONVERSATIONS = `
SELECT id, installation_id AS "installationId", same_as IS NULL AS own FROM conversation
 WHERE id = ANY($1::text[]) OR same_as = ANY($1::text[]) ORDER BY id FOR UPDATE`;
// After the locks: while they were waited for, a start may have been settled.
const READ_LANES = `
SELECT lane.id, lane.installation_id AS "installationId", lane.destination_id AS "destinationId",
       COALESCE(lease_until > now(), false) AS leased, remote_chat.remote_id AS "remoteId", remote_chat.status,
       EXISTS (SELECT FROM delivery WHERE lane_id = lane.id AND kind = 'start' AND delivery.status = 'sending') AS "inDoubt",
       EXISTS (SELECT FROM delivery WHERE lane_id = lane.id AND kind = 'start' AND delivery.status = 'uncertain') AS uncertain,
       (SELECT count(*)::int FROM delivery WHERE lane_id = lane.id) AS deliveries,
       (SELECT count(*)::int FROM remote_message WHERE lane_id = lane.id) AS "remoteMessages",
       (SELECT count(*)::int FROM remote_file_copy AS file JOIN remote_message AS message ON message.id = remote_message_id
         WHERE message.lane_id = lane.id) AS files
  FROM lane LEFT JOIN remote_chat ON remote_chat.lane_id = lane.id
 WHERE lane.id = ANY($1::text[]) AND lane.id <> ALL($2::text[]) ORDER BY lane.id`;

// The worker that is at the lane finds nothing to settle then, or nothing more to do: the count must say so too. An end
// is what another erasure left.
const DROP_WAITING = `
WITH dropped AS (
  DELETE FROM delivery WHERE lane_id = ANY($1::text[]) AND open AND status <> 'sending' AND kind <> 'end' RETURNING lane_id
), change AS (
  SELECT lane_id, count(*)::int AS dropped FROM dropped GROUP BY lane_id
)
UPDATE lane SET pending = pending - change.dropped, next_at = CASE WHEN pending > change.dropped THEN next_at END
  FROM change WHERE lane.id = change.lane_id`;

const DELETE_LANES = `DELETE FROM lane WHERE id = ANY($1::text[])`;
const DELETE_CONVERSATIONS = `DELETE FROM conversation WHERE id = ANY($1::text[])`;
const DELETE_ACTIONS = `DELETE FROM profile_action WHERE conversation_id = ANY($1::text[]) RETURNING conversation_id AS id`;

interface LaneRow {
  id: string;
  installationId: string;
  destinationId: string;
  leased: boolean;
  remoteId: string | null;
  status: string | null;
  inDoubt: boolean;
  uncertain: boolean;
  deliveries: number;
  remoteMessages: number;
  files: number;
}

/**
 * Deletes conversations and all that hangs on them, and ends those of their remote chats that are open. Their tombstones
 * must be there before, and their events erased: then nobody plans them any more. Doing it twice is doing it once.
 * `endingLanes`: those of an earlier call, with which it resolves and its own. `onErased`: in the transaction of each step.
 */
export async function eraseConversations(
  database: Database,
  { conversationIds, endingLanes }: { conversationIds: readonly string[]; endingLanes: readonly string[] },
  onErased: (sql: Sql, step: ErasedStep) => Promise<void>,
): Promise<string[]> {
  const beganAt = performance.now();
  let done = endingLanes;
  for (let busy = 1; busy > 0;) {
    const waitedMs = performance.now() - beganAt;
    const step = await database.transaction(async (sql) => {
      const result = await eraseStep(sql, conversationIds, done, waitedMs);
      await onErased(sql, result);
      crashPoint('K14');
      return result;
    });
    done = step.endingLanes;
    busy = step.busy;
    if (busy > 0) await pause(LOOK_AGAIN_MS);
  }
  return [...done];
}

/** Conversations before lanes, as the planner does. `busy`: how many lanes are left because somebody is at them. */
async function eraseStep(
  sql: Sql,
  conversationIds: readonly string[],
  doneLanes: readonly string[],
  waitedMs: number,
): Promise<ErasedStep & { busy: number }> {
  const erased: Erased = {};
  type Known = { id: string; installationId: string; own: boolean };
  const known = await sql.query<Known>(LOCK_CONVERSATIONS, [conversationIds]);
  const ids = [...new Set([...conversationIds, ...known.map(({ id }) => id)])];
  // Among them an id that was learned a moment ago.
  await rememberErased(sql, ids, []);
  const locked = await lockLanes(sql, { conversationIds: ids });
  const lanes = await sql.query<LaneRow>(READ_LANES, [locked, doneLanes]);
  const isBusy = ({ leased, inDoubt }: LaneRow): boolean =>
    (leased && waitedMs < PATIENCE_MS) || (inDoubt && waitedMs < DOUBT_PATIENCE_MS);
  const busy = lanes.filter(isBusy);
  await sql.query(DROP_WAITING, [busy.map(({ id }) => id)]);

  const free = lanes.filter((lane) => !isBusy(lane));
  for (const { installationId, deliveries, remoteMessages, files, remoteId } of free) {
    const remoteChats = remoteId === null ? 0 : 1;
    count(erased, installationId, { deliveries, remoteMessages, files, remoteChats });
  }
  const ending = free.filter(({ status }) => status === 'open').map(({ id }) => id);
  await leaveTheEnd(sql, ending);
  await sql.query(DELETE_LANES, [free.map(({ id }) => id).filter((id) => !ending.includes(id))]);

  for (const { id } of await sql.query<{ id: string }>(DELETE_ACTIONS, [ids])) {
    count(erased, id.slice(0, id.indexOf(':')), { profileActions: 1 });
  }
  await sql.query(DELETE_CONVERSATIONS, [known.map(({ id }) => id)]);
  for (const { installationId, own } of known) count(erased, installationId, { conversations: own ? 1 : 0 });
  return { erased, copies: free.flatMap(toCopy), endingLanes: [...doneLanes, ...ending], busy: busy.length };
}

function toCopy({ installationId, destinationId, remoteId, status, inDoubt, uncertain }: LaneRow): RemoteCopy[] {
  const place = { installation: installationId, destination: destinationId };
  if (remoteId !== null && status !== null) return [{ ...place, remoteId, status }];
  return inDoubt || uncertain ? [{ ...place, remoteId: null, status: 'in-doubt' }] : [];
}
