import type { Database } from '../persistence/database.ts';
import type { ShownChallenge } from './challenge-schemas.ts';

/** The questions that wait for an answer, oldest first. */
export async function listChallenges({ prisma }: Database): Promise<ShownChallenge[]> {
  const rows = await prisma.challenge.findMany({
    where: { answer: null },
    include: { lane: true },
    orderBy: { createdAt: 'asc' },
    take: 200,
  });
  return rows.map(({ lane, ...row }) => ({
    id: row.id,
    installation: lane.installationId,
    conversation: lane.conversationId,
    destination: lane.destinationId,
    attempt: row.attempt,
    image: `data:image/jpeg;base64,${row.image}`,
    createdAt: row.createdAt,
    expiresAt: row.expiresAt,
  }));
}
