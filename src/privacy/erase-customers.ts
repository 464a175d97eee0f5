import type { Database, Sql } from '../persistence/database.ts';
import { count, type Erased } from './erasure-numbers.ts';
import type { KnownAs } from './person-key.ts';

const ERASE = `
WITH gone AS (
  DELETE FROM customer USING feed_import
   WHERE customer.import_id = feed_import.id AND installation_id = ANY($1::text[]) AND kind = 'customers'
     AND (email = ANY($2::text[]) OR external_id = ANY($3::text[]))
  RETURNING installation_id
)
SELECT installation_id AS "installationId", count(*)::int AS customers FROM gone GROUP BY installation_id`;

/** Takes the person out of the client's own lists as they were imported; the next import may bring them back. */
export async function eraseCustomers(
  database: Database,
  installationIds: readonly string[],
  { emails, externalIds }: Pick<KnownAs, 'emails' | 'externalIds'>,
  onErased: (sql: Sql, erased: Erased) => Promise<void>,
): Promise<void> {
  await database.transaction(async (sql) => {
    const values = [installationIds, [...emails], [...externalIds]];
    const rows = await sql.query<{ installationId: string; customers: number }>(ERASE, values);
    const erased: Erased = {};
    for (const { installationId, customers } of rows) count(erased, installationId, { customers });
    await onErased(sql, erased);
  });
}
