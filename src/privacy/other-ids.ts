import type { Sql } from '../persistence/database.ts';

const SELECT_OWN = `
SELECT asked AS id FROM unnest($1::text[]) AS asked
 WHERE NOT EXISTS (SELECT FROM conversation WHERE id = asked AND same_as IS NOT NULL)
UNION SELECT same_as FROM conversation WHERE id = ANY($1::text[]) AND same_as IS NOT NULL`;
const SELECT_OTHERS = `SELECT id FROM conversation WHERE same_as = ANY($1::text[])`;

/** The conversations' own ids, whichever of their ids were given; one without a row has no other. */
export async function ownIds(sql: Sql, conversationIds: Iterable<string>): Promise<Set<string>> {
  return new Set((await sql.query<{ id: string }>(SELECT_OWN, [[...conversationIds]])).map(({ id }) => id));
}

/** The same conversations by every id that events call them by. */
export async function withOtherIds(sql: Sql, conversationIds: Iterable<string>): Promise<Set<string>> {
  const own = [...(await ownIds(sql, conversationIds))];
  const others = await sql.query<{ id: string }>(SELECT_OTHERS, [own]);
  return new Set([...own, ...others.map(({ id }) => id)]);
}
