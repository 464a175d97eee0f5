import type { Database } from '../persistence/database.ts';
import { conversationMeant, type ListQuery, type Page, toPage } from './list-query.ts';
import type { ShownEvent } from './list-schemas.ts';

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
    omit: { body: true, bodyHash: true, dedupeKey: true },
    orderBy: { id: 'desc' },
    take: limit + 1,
  });
  const items = rows.map((row) => ({
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
  }));
  return toPage(items, limit);
}
