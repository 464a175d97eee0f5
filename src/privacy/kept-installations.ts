import type { Sql } from '../persistence/database.ts';
import { retentionDaysOf } from '../persistence/retention-days.ts';

/** Whose rows are kept for how long. */
export interface KeptInstallation {
  /** Null: rows that belong to no installation. */
  id: string | null;
  days: number;
}

// Jumps along the index from one installation to the next, so that those are found too that nothing but rows is left of.
const keptIn = (rows: string): string => `
WITH RECURSIVE kept AS (
  (SELECT installation_id FROM ${rows} AND installation_id IS NOT NULL ORDER BY installation_id LIMIT 1)
  UNION ALL
  SELECT behind.installation_id FROM kept, LATERAL (
    SELECT installation_id FROM ${rows} AND installation_id > kept.installation_id ORDER BY installation_id LIMIT 1
  ) AS behind
)
SELECT installation_id AS id, ${retentionDaysOf('installation', '$1')} AS days
  FROM kept LEFT JOIN installation ON installation.id = kept.installation_id`;

export const KEPT_IN_EVENTS = keptIn('event WHERE erased_at IS NULL');
export const KEPT_IN_CONVERSATIONS = keptIn('conversation WHERE true');

/** Installations with events that still say something, removed ones and none at all included. */
export async function installationsWithEvents(sql: Sql, retentionDays: number): Promise<KeptInstallation[]> {
  const found = await sql.query<KeptInstallation>(KEPT_IN_EVENTS, [retentionDays]);
  return [...found, { id: null, days: retentionDays }];
}

/** Installations with conversations, removed ones included. */
export function installationsWithConversations(sql: Sql, retentionDays: number): Promise<KeptInstallation[]> {
  return sql.query<KeptInstallation>(KEPT_IN_CONVERSATIONS, [retentionDays]);
}
