import { HttpError } from '../http/errors.ts';
import type { Database } from '../persistence/database.ts';
import { conversationsNamed, idsOfConversation, type NamedId } from './known-ids.ts';
import { withBareId } from './list-query.ts';

/** Rows of one kind in one answer. */
export const MOST_ROWS = 2_000;
/** Candidates named when an id is not enough. */
const MOST_CANDIDATES = 10;

/**
 * The conversation's own id where a path names any of its ids: "ha-123:456", or the bare iAdvize id while only one
 * conversation has it. Throws 404, and 409 with the candidates.
 */
export async function conversationIdMeant(database: Database, text: string): Promise<string> {
  const named = text.includes(':') ? text : withBareId(text);
  const [known, unplanned] = await Promise.all([conversationsNamed(database, named), unplannedNamed(database, named)]);
  const ids = [...new Set([...known, ...unplanned])].sort();
  const [id] = ids;
  if (id === undefined)
    throw new HttpError('not-found', 'There is no conversation of that id. Ids look like "ha-123:456".');
  if (ids.length > 1) {
    throw new HttpError('conflict', `Several conversations have that id: ${ids.join(', ')}. Name one of them whole.`, {
      field: 'id',
    });
  }
  return id;
}

/** Those that only events tell of: one whose close still waits for its start has no row of its own yet. */
async function unplannedNamed({ prisma }: Database, named: NamedId): Promise<string[]> {
  const heard = await prisma.event.findMany({
    where: { conversationId: named },
    select: { conversationId: true },
    distinct: ['conversationId'],
    take: MOST_CANDIDATES,
  });
  const ids = heard.map(({ conversationId }) => conversationId ?? '');
  const planned = await prisma.conversation.findMany({ where: { id: { in: ids } }, select: { id: true } });
  return ids.filter((id) => !planned.some((row) => row.id === id));
}

/** Everything in the tables about one conversation, except what is encrypted. */
export async function readConversation(database: Database, id: string) {
  const { prisma } = database;
  const take = MOST_ROWS + 1;
  const ids = await idsOfConversation(database, id);
  const [conversation, events, lanes] = await Promise.all([
    prisma.conversation.findUnique({ where: { id } }),
    prisma.event.findMany({
      where: { conversationId: { in: ids } },
      omit: { body: true, bodyHash: true, dedupeKey: true },
      orderBy: { id: 'asc' },
      take,
    }),
    prisma.lane.findMany({
      where: { conversationId: id },
      include: { remoteChat: { omit: { state: true, visitor: true, cursor: true } } },
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    }),
  ]);
  const [deliveries, listeners] = await Promise.all([
    prisma.delivery.findMany({
      where: { laneId: { in: lanes.map((lane) => lane.id) } },
      include: { attemptRows: { orderBy: { number: 'asc' } } },
      orderBy: [{ position: 'asc' }, { part: 'asc' }, { id: 'asc' }],
      take,
    }),
    prisma.listener.findMany({
      where: { id: { in: lanes.flatMap((lane) => [lane.id, `${lane.installationId}/${lane.destinationId}`]) } },
    }),
  ]);
  return { id, otherIds: ids.slice(1), conversation, events, lanes, deliveries, listeners };
}

export type ConversationRows = Awaited<ReturnType<typeof readConversation>>;
