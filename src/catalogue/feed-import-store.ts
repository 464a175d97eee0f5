import type { Database, Sql } from '../persistence/database.ts';
import type { FeedFailureCode } from './feed-failure.ts';
import type { FeedProblem } from './raw-item.ts';

export type FeedKind = 'catalogue' | 'customers';
export type ImportSource = 'url' | 'api' | 'cli';
export type ImportStatus = 'running' | 'live' | 'replaced' | 'unchanged' | 'failed';

/** One feed of one installation. */
export interface FeedRef {
  installationId: string;
  kind: FeedKind;
}

export interface ImportProgress {
  items: number;
  skipped: number;
  bytesRead: number;
  /** The first ones only. */
  problems: readonly FeedProblem[];
}

/** What a server said about the version of its feed. */
export interface FeedValidators {
  etag?: string | undefined;
  lastModified?: string | undefined;
}

export interface ShownImport extends ImportProgress {
  importId: string;
  status: ImportStatus;
  source: ImportSource;
  failure: FeedFailureCode | null;
  /** One sentence for the operator. */
  detail: string | null;
  startedAt: Date;
  finishedAt: Date | null;
}

const COLUMNS = `id::text AS "importId", status, source, failure, detail, items, skipped, problems,
  bytes_read::float8 AS "bytesRead", started_at AS "startedAt", finished_at AS "finishedAt"`;
const FEED = `installation_id = $1 AND kind = $2`;

export function createFeedImportStore(database: Database) {
  const one = async (condition: string, values: readonly unknown[]): Promise<ShownImport | null> => {
    const statement = `SELECT ${COLUMNS} FROM feed_import WHERE ${FEED} AND ${condition} ORDER BY id DESC LIMIT 1`;
    return (await database.query<ShownImport>(statement, values))[0] ?? null;
  };

  return {
    /** A new running import. Whoever holds the feed's lock is alone, so what still runs here has died. */
    async begin({ installationId, kind }: FeedRef, source: ImportSource): Promise<string> {
      await database.query(
        `UPDATE feed_import SET status = 'failed', failure = 'interrupted', finished_at = now(), detail = $3
          WHERE ${FEED} AND status = 'running'`,
        [installationId, kind, 'The import was interrupted: its process ended.'],
      );
      const [row] = await database.query<{ id: string }>(
        `INSERT INTO feed_import (installation_id, kind, status, source) VALUES ($1, $2, 'running', $3)
         RETURNING id::text`,
        [installationId, kind, source],
      );
      if (!row) throw new Error('the feed_import table did not answer the insert');
      return row.id;
    },
    async progress(importId: string, { items, skipped, bytesRead, problems }: ImportProgress): Promise<void> {
      await database.query(
        `UPDATE feed_import SET items = $2, skipped = $3, bytes_read = $4, problems = $5::text::jsonb
          WHERE id = $1::bigint AND status = 'running'`,
        [importId, items, skipped, bytesRead, JSON.stringify(problems)],
      );
    },
    /** False when the import is not running any more: somebody took it for dead. */
    async end(importId: string, status: 'unchanged' | 'failed', failure?: FeedFailureCode, detail?: string) {
      const rows = await database.query(
        `UPDATE feed_import SET status = $2, failure = $3, detail = $4, finished_at = now()
          WHERE id = $1::bigint AND status = 'running' RETURNING 1 AS one`,
        [importId, status, failure ?? null, detail ?? null],
      );
      return rows.length > 0;
    },
    /**
     * Makes the import the live one and the earlier one replaced, at once for every reader.
     * `not-running`: somebody took it for dead; `removed`: the installation is gone.
     */
    async goLive(feed: FeedRef, importId: string, progress: ImportProgress, validators: FeedValidators) {
      return database.transaction((sql) => switchLive(sql, feed, importId, progress, validators));
    },
    latest: ({ installationId, kind }: FeedRef) => one('true', [installationId, kind]),
    find: ({ installationId, kind }: FeedRef, importId: string) =>
      one('id = $3::bigint', [installationId, kind, importId]),
    live: ({ installationId, kind }: FeedRef) => one(`status = 'live'`, [installationId, kind]),
    lastFailure: ({ installationId, kind }: FeedRef) => one(`status = 'failed'`, [installationId, kind]),
    /** The validators of the live import, when a URL gave it. */
    async liveValidators({ installationId, kind }: FeedRef): Promise<FeedValidators> {
      const [row] = await database.query<{ etag: string | null; lastModified: string | null }>(
        `SELECT etag, last_modified AS "lastModified" FROM feed_import WHERE ${FEED} AND status = 'live'
          ORDER BY id DESC LIMIT 1`,
        [installationId, kind],
      );
      return { etag: row?.etag ?? undefined, lastModified: row?.lastModified ?? undefined };
    },
  };
}

export type FeedImportStore = ReturnType<typeof createFeedImportStore>;

async function switchLive(
  sql: Sql,
  { installationId, kind }: FeedRef,
  importId: string,
  { items, skipped, bytesRead, problems }: ImportProgress,
  { etag, lastModified }: FeedValidators,
): Promise<'live' | 'not-running' | 'removed'> {
  const present = await sql.query(`SELECT 1 AS one FROM installation WHERE id = $1 FOR SHARE`, [installationId]);
  if (present.length === 0) return 'removed';
  const running = await sql.query(
    `SELECT 1 AS one FROM feed_import WHERE id = $1::bigint AND status = 'running' FOR UPDATE`,
    [importId],
  );
  if (running.length === 0) return 'not-running';
  await sql.query(`UPDATE feed_import SET status = 'replaced' WHERE ${FEED} AND status = 'live'`, [
    installationId,
    kind,
  ]);
  await sql.query(
    `UPDATE feed_import SET status = 'live', finished_at = now(), items = $2, skipped = $3, bytes_read = $4,
            problems = $5::text::jsonb, etag = $6, last_modified = $7 WHERE id = $1::bigint`,
    [importId, items, skipped, bytesRead, JSON.stringify(problems), etag ?? null, lastModified ?? null],
  );
  return 'live';
}
