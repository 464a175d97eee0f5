import type { Database } from '../persistence/database.ts';

export interface ScheduledCatalogue {
  installationId: string;
  refreshMinutes: number;
  /** The last import from the URL; null when there was none, or when the settings changed since. */
  lastId: string | null;
  /** Seconds since it started, by the database's clock. */
  ageSeconds: number | null;
}

// Changed settings make it due at once; what the service's own end interrupted is no try.
const SCHEDULED = `
SELECT installation.id AS "installationId", last.id::text AS "lastId",
       COALESCE((settings #>> '{catalogue,refreshMinutes}')::int, 60) AS "refreshMinutes",
       EXTRACT(EPOCH FROM now() - last.started_at)::float8 AS "ageSeconds"
  FROM installation
  LEFT JOIN LATERAL (
    SELECT id, started_at FROM feed_import
     WHERE installation_id = installation.id AND kind = 'catalogue' AND source = 'url'
       AND failure IS DISTINCT FROM 'interrupted' AND started_at >= installation.updated_at
     ORDER BY id DESC LIMIT 1) AS last ON true
 WHERE active AND COALESCE(settings #>> '{catalogue,url}', '') <> ''`;

/** Every active installation whose catalogue has an address. */
export function createCatalogueDueStore(database: Database) {
  return {
    scheduled: () => database.query<ScheduledCatalogue>(`${SCHEDULED} ORDER BY last.started_at NULLS FIRST`),
    async find(installationId: string): Promise<ScheduledCatalogue | undefined> {
      return (await database.query<ScheduledCatalogue>(`${SCHEDULED} AND installation.id = $1`, [installationId]))[0];
    },
  };
}
