import type { Database } from '../persistence/database.ts';
import type { FeedRef } from './feed-import-store.ts';

/** Readers may still be paging through an import that was replaced this lately. */
const KEEP_REPLACED = `interval '10 minutes'`;
const KEEP_HISTORY = `interval '7 days'`;
const BATCH = 5_000;
const TABLES = { product: 'ordinal', category: 'id', customer: 'ordinal' } as const;

const HAS_ROWS = Object.keys(TABLES)
  .map((table) => `EXISTS (SELECT 1 FROM ${table} WHERE import_id = ended.id)`)
  .join(' OR ');

// When an import was replaced is when a later one of its feed became live.
const SWEEPABLE = `
SELECT id::text FROM feed_import AS ended
 WHERE (status IN ('failed', 'unchanged')
        OR (status = 'replaced' AND EXISTS (
              SELECT 1 FROM feed_import AS later
               WHERE later.installation_id = ended.installation_id AND later.kind = ended.kind AND later.id > ended.id
                 AND later.status IN ('live', 'replaced') AND later.finished_at < now() - ${KEEP_REPLACED}))
        OR (status <> 'running' AND NOT EXISTS (SELECT 1 FROM installation WHERE id = ended.installation_id)))
   AND (${HAS_ROWS})
 ORDER BY ended.id LIMIT 100`;

const FORGET_HISTORY = `
DELETE FROM feed_import AS ended
 WHERE ((status NOT IN ('live', 'running') AND started_at < now() - ${KEEP_HISTORY})
        OR (status <> 'running' AND NOT EXISTS (SELECT 1 FROM installation WHERE id = ended.installation_id)))
   AND NOT (${HAS_ROWS})`;

/** Removes what no reader needs any more, some thousand rows at a time so that nobody waits. */
export function createFeedSweepStore(database: Database) {
  async function deleteRows(importId: string): Promise<void> {
    for (const [table, key] of Object.entries(TABLES)) {
      const statement = `
        WITH gone AS (
          DELETE FROM ${table} WHERE import_id = $1::bigint AND ${key} IN (
            SELECT ${key} FROM ${table} WHERE import_id = $1::bigint ORDER BY ${key} LIMIT ${BATCH}) RETURNING 1)
        SELECT count(*)::int AS count FROM gone`;
      for (let count = BATCH; count === BATCH;) {
        count = (await database.query<{ count: number }>(statement, [importId]))[0]?.count ?? 0;
      }
    }
  }
  return {
    deleteRows,
    /** Rows of imports that are over, and the imports themselves when they are old. */
    async sweep(): Promise<void> {
      for (const { id } of await database.query<{ id: string }>(SWEEPABLE)) await deleteRows(id);
      await database.query(FORGET_HISTORY);
    },
    /** Feeds with an import that runs, or whose process died. */
    runningFeeds(): Promise<FeedRef[]> {
      return database.query<FeedRef>(
        `SELECT DISTINCT installation_id AS "installationId", kind FROM feed_import WHERE status = 'running'`,
      );
    },
    async endRunning({ installationId, kind }: FeedRef): Promise<void> {
      await database.query(
        `UPDATE feed_import SET status = 'failed', failure = 'interrupted', finished_at = now(), detail = $3
          WHERE installation_id = $1 AND kind = $2 AND status = 'running'`,
        [installationId, kind, 'The import was interrupted: its process ended.'],
      );
    },
  };
}
