import type { Sql } from '../persistence/database.ts';
import { visitorDigest } from '../persistence/erased-digests.ts';

/** Whether that visitor was erased, wherever. */
export async function isVisitorErased(sql: Sql, visitorId: string): Promise<boolean> {
  return (await sql.query(`SELECT 1 FROM erased_id WHERE digest = $1`, [visitorDigest(visitorId)])).length > 0;
}
