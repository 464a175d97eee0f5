import { conversationDigests, visitorDigest } from '../persistence/erased-digests.ts';
import type { Sql } from '../persistence/database.ts';

// In one order, so that two erasures do not wait for each other; conversations of two websites may share a number.
const REMEMBER = `
INSERT INTO erased_id (digest) SELECT DISTINCT digest FROM unnest($1::bytea[]) AS digest ORDER BY digest
ON CONFLICT (digest) DO UPDATE SET erased_at = now()`;

/** From this commit on, what comes late about them is forgotten at once. Doing it twice is doing it once. */
export async function rememberErased(
  sql: Sql,
  conversationIds: readonly string[],
  visitorIds: readonly string[],
): Promise<void> {
  const digests = [...conversationIds.flatMap(conversationDigests), ...visitorIds.map(visitorDigest)];
  if (digests.length > 0) await sql.query(REMEMBER, [digests]);
}
