import type { Database } from '../persistence/database.ts';

/** Candidates named when an id is not enough. */
const MOST_CANDIDATES = 10;

/** One id, or all that end alike. */
export type NamedId = string | { endsWith: string };

/** Own ids of the conversations that are known by an id so named: each once, whichever of its ids was meant. */
export async function conversationsNamed({ prisma }: Database, named: NamedId): Promise<string[]> {
  const rows = await prisma.conversation.findMany({
    where: { id: named },
    select: { id: true, sameAs: true },
    take: MOST_CANDIDATES,
    orderBy: { id: 'asc' },
  });
  return [...new Set(rows.map(({ id, sameAs }) => sameAs ?? id))].sort();
}

/** Every id that events may call the conversation by, its own first. */
export async function idsOfConversation({ prisma }: Database, own: string): Promise<string[]> {
  const others = await prisma.conversation.findMany({
    where: { sameAs: own },
    select: { id: true },
    orderBy: { id: 'asc' },
  });
  return [own, ...others.map(({ id }) => id)];
}
