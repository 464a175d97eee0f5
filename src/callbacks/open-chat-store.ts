import type { Database } from '../persistence/database.ts';

/** Whether a destination has an open chat of that id. */
export type IsOpenChat = (installationId: string, destinationId: string, remoteId: string) => Promise<boolean>;

const IS_OPEN = `SELECT 1 AS open FROM remote_chat WHERE scope = $1 AND remote_id = $2 AND status = 'open' LIMIT 1`;

export function createIsOpenChat(database: Database): IsOpenChat {
  return async (installationId, destinationId, remoteId) =>
    (await database.query(IS_OPEN, [`${installationId}/${destinationId}`, remoteId])).length > 0;
}
