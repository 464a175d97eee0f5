import type { Prisma } from '../generated/prisma/client.ts';
import type { Database } from '../persistence/database.ts';
import { conversationMeant, type ListQuery, type Page, toPage } from './list-query.ts';
import type { ShownDelivery } from './list-schemas.ts';

const SHOWN = {
  omit: { payload: true, contentHash: true, prepared: true },
  include: { lane: true, attemptRows: { orderBy: { number: 'desc' }, take: 1 } },
} satisfies Prisma.DeliveryDefaultArgs;

type DeliveryRow = Prisma.DeliveryGetPayload<typeof SHOWN>;

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
    ...SHOWN,
    orderBy: { id: 'desc' },
    take: limit + 1,
  });
  return toPage(rows.map(toShown), limit);
}

export async function findDelivery({ prisma }: Database, id: bigint): Promise<ShownDelivery | undefined> {
  const row = await prisma.delivery.findUnique({ where: { id }, ...SHOWN });
  return row ? toShown(row) : undefined;
}

function toShown({ lane, attemptRows: [attempt], ...row }: DeliveryRow): ShownDelivery {
  return {
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
    repeatOf: row.repeatOf === null ? null : String(row.repeatOf),
    replayedAt: row.replayedAt,
    expiresAt: row.expiresAt,
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
  };
}
