import type { Database } from '../persistence/database.ts';
import type { DeliveryReason } from './delivery.ts';

/** Reasons that other settings can mend. */
const MENDED_BY_SETTINGS: readonly DeliveryReason[] = [
  'credentials-refused',
  'permission-missing',
  'captcha-refused',
  'address-refused',
  'request-refused',
  'redirected',
  'destination-removed',
  'settings-do-not-fit',
];

const RELEASE = `
WITH freed AS (
  UPDATE delivery SET status = 'pending', reason = NULL, failures = 0, first_failure_at = NULL
    FROM lane WHERE lane.id = delivery.lane_id AND lane.installation_id = $1
     AND delivery.status = 'parked' AND delivery.reason = ANY($2::text[])
  RETURNING delivery.lane_id
)
UPDATE lane SET blocked = false, next_at = now() WHERE id IN (SELECT lane_id FROM freed)`;

/** After an administrator changed settings: what was parked because of the old ones is tried again, in its lane's order. */
export async function releaseParked(database: Database, installationId: string): Promise<void> {
  await database.query(RELEASE, [installationId, MENDED_BY_SETTINGS]);
}
