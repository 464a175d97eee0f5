import type { Sql } from '../persistence/database.ts';
import type { KnownConversation } from './conversation-source.ts';
import { sourceIdOf } from './conversation-store.ts';
import type { Delivery, Lease } from './delivery.ts';
import type { SealedChat } from './remote-chat-store.ts';

/** Everything on disk that working on the head of a lane needs, as it was at one moment. */
export interface LaneHead {
  delivery: Delivery;
  conversation: KnownConversation;
  chat: SealedChat | undefined;
  /** A question was asked for this lane, and may have been answered. */
  hasChallenge: boolean;
}

interface Row {
  id: string;
  key: string;
  kind: Delivery['kind'];
  payload: Delivery['payload'];
  position: number;
  part: number;
  status: Delivery['status'];
  failures: number;
  unforeseen: number;
  failing_for_ms: number;
  looks: number;
  first_attempt_at: Date | null;
  orphaned_for_ms: number | null;
  last_attempt_took_ms: number | null;
  last_attempt_ago_ms: number | null;
  prepared: string | null;
  too_old: boolean;
  resend_confirmed: boolean;
  channel: string | null;
  visitor_id: string | null;
  visitor_external_id: string | null;
  operator_id: string | null;
  several_agents: boolean;
  started_at: Date | null;
  closed_at: Date | null;
  remote_id: string | null;
  chat_status: SealedChat['status'];
  chat_state: string;
  chat_visitor: string | null;
  has_challenge: boolean;
}

const HEAD = `
SELECT delivery.id::text, key, kind, payload, position, part, delivery.status, failures, unforeseen, looks, prepared,
       COALESCE(expires_at <= now(), false) AS too_old, COALESCE(resend_after = attempts, false) AS resend_confirmed,
       COALESCE(EXTRACT(EPOCH FROM now() - first_failure_at) * 1000, 0)::float8 AS failing_for_ms,
       (SELECT min(started_at) FROM attempt WHERE delivery_id = delivery.id) AS first_attempt_at,
       (CASE WHEN last.is_orphan THEN EXTRACT(EPOCH FROM now() - COALESCE(confirmed_at, last.started_at)) * 1000 END)::float8
         AS orphaned_for_ms,
       (CASE WHEN NOT last.is_orphan THEN EXTRACT(EPOCH FROM finished_at - last.started_at) * 1000 END)::float8
         AS last_attempt_took_ms,
       (EXTRACT(EPOCH FROM now() - COALESCE(finished_at, last.started_at)) * 1000)::float8 AS last_attempt_ago_ms,
       channel, visitor_id, visitor_external_id, operator_id, COALESCE(several_agents, false) AS several_agents, conversation.started_at, closed_at,
       remote_id, remote_chat.status AS chat_status, remote_chat.state AS chat_state, visitor AS chat_visitor,
       EXISTS (SELECT 1 FROM challenge WHERE challenge.lane_id = $1) AS has_challenge
  FROM delivery LEFT JOIN conversation ON conversation.id = $2 LEFT JOIN remote_chat ON remote_chat.lane_id = $1
  LEFT JOIN LATERAL (
    SELECT started_at, confirmed_at, finished_at, outcome IS NULL OR COALESCE(code = 'worker-lost', false) AS is_orphan
      FROM attempt WHERE delivery_id = delivery.id ORDER BY number DESC LIMIT 1
  ) AS last ON true
 WHERE delivery.lane_id = $1 AND open ORDER BY position, part, delivery.id LIMIT 1`;

/** The one delivery of the lane that may be worked on, with what belongs to it. */
export async function readHead(
  sql: Sql,
  { laneId, conversationId, installationId }: Lease,
): Promise<LaneHead | undefined> {
  const [row] = await sql.query<Row>(HEAD, [laneId, conversationId]);
  if (!row) return undefined;
  return {
    delivery: toDelivery(row),
    conversation: toConversation(row, conversationId, installationId),
    chat:
      row.remote_id === null
        ? undefined
        : { remoteId: row.remote_id, status: row.chat_status, state: row.chat_state, visitor: row.chat_visitor },
    hasChallenge: row.has_challenge,
  };
}

function toDelivery(row: Row): Delivery {
  const { id, key, kind, payload, position, part, status, failures, unforeseen, looks } = row;
  return {
    ...{ id, key, kind, payload, position, part, status, failures, unforeseen, looks },
    failingForMs: row.failing_for_ms,
    firstAttemptAt: row.first_attempt_at ?? undefined,
    orphanedForMs: row.orphaned_for_ms ?? undefined,
    lastAttemptTookMs: row.last_attempt_took_ms ?? undefined,
    lastAttemptAgoMs: row.last_attempt_ago_ms ?? undefined,
    prepared: row.prepared ?? undefined,
    tooOld: row.too_old,
    resendConfirmed: row.resend_confirmed,
  };
}

function toConversation(row: Row, id: string, installationId: string): KnownConversation {
  return {
    id,
    installationId,
    sourceId: sourceIdOf(id, installationId),
    ...(row.channel !== null && { channel: row.channel }),
    ...(row.visitor_id !== null && { visitorId: row.visitor_id }),
    ...(row.visitor_external_id !== null && { visitorExternalId: row.visitor_external_id }),
    ...(row.operator_id !== null && { operatorId: row.operator_id }),
    severalAgents: row.several_agents,
    ...(row.started_at !== null && { startedAt: row.started_at }),
    ...(row.closed_at !== null && { closedAt: row.closed_at }),
  };
}
