import type { Sql } from '../persistence/database.ts';

const LATEST = `
SELECT status, detail FROM feed_import WHERE installation_id = $1 AND kind = 'catalogue' ORDER BY id DESC LIMIT 1`;

/** Why the last import of an installation's catalogue did not become the live one; undefined when it did. */
export function createImportTrouble(sql: Sql) {
  return async (installationId: string): Promise<string | undefined> => {
    const [latest] = await sql.query<{ status: string; detail: string | null }>(LATEST, [installationId]);
    return latest?.status === 'failed' ? (latest.detail ?? '') : undefined;
  };
}
