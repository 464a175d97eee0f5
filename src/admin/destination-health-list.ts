import type { z } from 'zod';
import type { Database } from '../persistence/database.ts';
import type { destinationHealthQuery, ShownHealth } from './destination-health-schemas.ts';

/** Destinations that were ever in trouble or have a budget of tries, in the order of installation and name. */
export async function listDestinationHealth(
  { prisma }: Database,
  { limit, cursor, installation }: z.output<typeof destinationHealthQuery>,
): Promise<{ items: ShownHealth[]; nextCursor: string | null }> {
  const rows = await prisma.destinationHealth.findMany({
    where: {
      ...(cursor !== undefined && { scope: { gt: cursor } }),
      ...(installation !== undefined && { installationId: installation }),
    },
    orderBy: { scope: 'asc' },
    take: limit + 1,
  });
  const page = rows.slice(0, limit);
  const now = new Date();
  const items = page.map((row): ShownHealth => {
    const throttled = row.throttledUntil !== null && row.throttledUntil > now;
    return {
      installation: row.installationId,
      destination: row.destinationId,
      type: row.type,
      what: row.scope === `${row.installationId}/${row.destinationId}` ? 'writing' : 'reading',
      state: row.openedAt !== null ? 'down' : throttled ? 'throttled' : 'well',
      failures: row.failures,
      lastCode: row.lastCode,
      downSince: row.openedAt,
      nextTryAt: row.nextTrialAt,
      throttledUntil: row.throttledUntil,
    };
  });
  return { items, nextCursor: rows.length > limit ? (page.at(-1)?.scope ?? null) : null };
}
