import type { FailureCode } from '../destinations/destination-failure.ts';
import type { Sql } from '../persistence/database.ts';

/** Whose next reading is worth a try once the settings are others. */
const MENDED_BY_SETTINGS: readonly (FailureCode | 'destination-removed' | 'settings-do-not-fit')[] = [
  'credentials-refused',
  'permission-missing',
  'address-refused',
  'request-refused',
  'redirected',
  'unreachable',
  'destination-removed',
  'settings-do-not-fit',
];

// Taken from whoever waits for the end of its pause; the next claim begins anew.
const RELEASE = `
UPDATE listener SET fencing = fencing + 1, lease_owner = NULL, lease_until = NULL, next_at = now(), failures = 0
 WHERE installation_id = $1 AND last_failure = ANY($2::text[])`;

/** After an administrator changed settings: what was refused because of the old ones is read at once. */
export async function releaseRefusedListeners(sql: Sql, installationId: string): Promise<void> {
  await sql.query(RELEASE, [installationId, MENDED_BY_SETTINGS]);
}
