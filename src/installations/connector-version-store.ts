import type { Database } from '../persistence/database.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const LEARN = `
UPDATE installation SET settings = settings || jsonb_build_object('connectorVersionId', $2::text)
 WHERE id = $1 AND settings -> 'connectorVersionId' IS NULL`;

/** Remembers which version of this connector a website has; what was configured or learned before stays. */
export function createConnectorVersionStore(database: Database) {
  return {
    async learn(installationId: string, connectorVersionId: string): Promise<void> {
      // The dialect of 2017 shows a number here, which the query that needs this does not take.
      if (UUID.test(connectorVersionId)) await database.query(LEARN, [installationId, connectorVersionId]);
    },
  };
}
