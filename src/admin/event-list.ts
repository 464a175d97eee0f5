import type { Database } from '../persistence/database.ts';
import { conversationMeant, type ListQuery, type Page, toPage } from './list-query.ts';
import type { ShownEvent } from './list-schemas.ts';

/** Never what it said. */
const omit = { body: true, bodyHash: true, dedupeKey: true } as const;

type EventRow = Awaited<ReturnType<typeof findRow>>;

const findRow = ({ prisma }: Database, id: bigint) => prisma.event.findUnique({ where: { id }, omit });

export async function findEvent(database: Database, id: bigint): Promise<ShownEvent | undefined> {
  const row = await findRow(database, id);
  return row ? toShown(row) : undefined;
}

/** Newest first. */
export async function listEvents(database: Database, query: ListQuery): Promise<Page<ShownEvent>> {
  const { limit, cursor, status, installation, conversation, from, to } = query;
  const conversationId = await conversationMeant(database, conversation);
  const rows = await database.prisma.event.findMany({
    where: {
      ...(cursor !== undefined && { id: { lt: cursor } }),
      ...(status !== undefined && { status }),
      // Tombstones are nobody's; the index leaves them out.
      ...(installation !== undefined && { installationId: installation, erasedAt: null }),
      ...(conversationId !== undefined && { conversationId }),
      ...((from ?? to) && { receivedAt: { ...(from && { gte: from }), ...(to && { lt: to }) } }),
    },
    omit,
    orderBy: { id: 'desc' },
    take: limit + 1,
  });
  return toPage(rows.map(toShown), limit);
}

function toShown(row: NonNullable<EventRow>): ShownEvent {
  return {
    id: String(row.id),
    status: row.status,
    reason: row.reason,
    source: row.source,
    eventType: row.eventType,
    installation: row.installationId,
    conversation: row.conversationId,
    duplicates: row.duplicates,
    receivedAt: row.receivedAt,
    plannedAt: row.plannedAt,
    erasedAt: row.erasedAt,
  };
}
