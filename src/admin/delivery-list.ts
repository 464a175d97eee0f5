import type { Database } from '../persistence/database.ts';
import { conversationMeant, type ListQuery, type Page, toPage } from './list-query.ts';

/** A delivery as the operator sees it: never what it carries. */
export interface ShownDelivery {
  id: string;
  status: string;
  reason: string | null;
  kind: string;
  installation: string;
  conversation: string;
  destination: string;
  position: number;
  part: number;
  attempts: number;
  failures: number;
  event: string | null;
  createdAt: Date;
  settledAt: Date | null;
  lastAttempt: {
    number: number;
    startedAt: Date;
    outcome: string | null;
    code: string | null;
    httpStatus: number | null;
    upstreamRequestId: string | null;
  } | null;
}

/** Newest first. */
export async function listDeliveries(database: Database, query: ListQuery): Promise<Page<ShownDelivery>> {
  const { limit, cursor, status, installation, conversation, from, to } = query;
  const conversationId = await conversationMeant(database, conversation);
  const rows = await database.prisma.delivery.findMany({
    where: {
      ...(cursor !== undefined && { id: { lt: cursor } }),
      ...(status !== undefined && { status }),
      lane: {
        ...(installation !== undefined && { installationId: installation }),
        ...(conversationId !== undefined && { conversationId }),
      },
      ...((from ?? to) && { createdAt: { ...(from && { gte: from }), ...(to && { lt: to }) } }),
    },
    omit: { payload: true, contentHash: true },
    include: { lane: true, attemptRows: { orderBy: { number: 'desc' }, take: 1 } },
    orderBy: { id: 'desc' },
    take: limit + 1,
  });
  const items = rows.map(({ lane, attemptRows: [attempt], ...row }) => ({
    id: String(row.id),
    status: row.status,
    reason: row.reason,
    kind: row.kind,
    installation: lane.installationId,
    conversation: lane.conversationId,
    destination: lane.destinationId,
    position: row.position,
    part: row.part,
    attempts: row.attempts,
    failures: row.failures,
    event: row.eventId === null ? null : String(row.eventId),
    createdAt: row.createdAt,
    settledAt: row.settledAt,
    lastAttempt: attempt
      ? {
          number: attempt.number,
          startedAt: attempt.startedAt,
          outcome: attempt.outcome,
          code: attempt.code,
          httpStatus: attempt.httpStatus,
          upstreamRequestId: attempt.upstreamRequestId,
        }
      : null,
  }));
  return toPage(items, limit);
}
