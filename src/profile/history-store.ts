import type { Database } from '../persistence/database.ts';

/** A conversation that this service carried. */
export interface PastConversation {
  id: string;
  /** When it started, or when it was first heard of. */
  at: Date;
  closed: boolean;
  operatorId?: string;
  /** The agent's name, where it was read before. */
  agent?: string;
  /** The visitor's last score as people read it. */
  satisfaction?: string;
  /** Remote chats of it that are open. */
  openChats: { destinationId: string; remoteId: string }[];
}

export interface VisitorIds {
  /** The id that events of 2017 carry. */
  uniqueId?: string | undefined;
  /** REST's number, which v2 events carry. */
  restId?: string | undefined;
}

/** Enough to find a chat that has been open for long. */
const LIMIT = 20;

/** Reads our own history of a visitor: the newest conversations first. */
export function createHistoryStore({ prisma }: Database) {
  return {
    async conversationsOf(installationId: string, { uniqueId, restId }: VisitorIds): Promise<PastConversation[]> {
      const ids = [
        ...(uniqueId === undefined ? [] : [{ visitorId: { in: [...new Set([uniqueId, uniqueId.toLowerCase()])] } }]),
        ...(restId === undefined ? [] : [{ visitorExternalId: restId }]),
      ];
      if (ids.length === 0) return [];
      const rows = await prisma.conversation.findMany({
        where: { installationId, OR: ids },
        orderBy: { createdAt: 'desc' },
        take: LIMIT,
      });
      const operatorIds = rows.flatMap((row) => (row.operatorId === null ? [] : [row.operatorId]));
      const [operators, chats] = await Promise.all([
        prisma.operator.findMany({ where: { installationId, operatorId: { in: operatorIds } } }),
        prisma.remoteChat.findMany({
          where: { status: 'open', lane: { installationId, conversationId: { in: rows.map((row) => row.id) } } },
          select: { remoteId: true, lane: { select: { conversationId: true, destinationId: true } } },
          orderBy: { openedAt: 'asc' },
        }),
      ]);
      const names = new Map(operators.map(({ operatorId, name }) => [operatorId, name]));
      return rows.map((row) => {
        const agent = row.operatorId === null ? undefined : names.get(row.operatorId);
        return {
          id: row.id,
          at: row.startedAt ?? row.createdAt,
          closed: row.closedAt !== null,
          ...(row.operatorId !== null && { operatorId: row.operatorId }),
          ...(agent !== undefined && { agent }),
          ...(row.satisfaction !== null && { satisfaction: row.satisfaction }),
          openChats: chats
            .filter(({ lane }) => lane.conversationId === row.id)
            .map(({ remoteId, lane }) => ({ destinationId: lane.destinationId, remoteId })),
        };
      });
    },
  };
}

export type HistoryStore = ReturnType<typeof createHistoryStore>;
