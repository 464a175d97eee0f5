import type { Database, Sql } from '../persistence/database.ts';
import type { DeliveryReason } from './delivery.ts';
import { releaseRefusedListeners } from './release-listeners.ts';

/** Reasons that other settings can mend. */
const MENDED_BY_SETTINGS: readonly DeliveryReason[] = [
  'credentials-refused',
  'permission-missing',
  'captcha-refused',
  'challenge-needed',
  'challenge-unsupported',
  'address-refused',
  'request-refused',
  'redirected',
  'destination-removed',
  'settings-do-not-fit',
];

// What was in doubt is looked for, not sent.
// Lanes before their deliveries, like everybody: whoever settles one waits for this, and this not for him.
const release = (whose: string): string => `
WITH held AS (
  SELECT lane.id FROM lane WHERE ${whose} = $1 AND blocked ORDER BY lane.id FOR NO KEY UPDATE
), freed AS (
  UPDATE delivery SET status = CASE status WHEN 'uncertain' THEN 'sending' ELSE 'pending' END,
         reason = NULL, failures = 0, unforeseen = 0, first_failure_at = NULL, looks = 0
    FROM held WHERE held.id = delivery.lane_id
     AND delivery.status IN ('parked', 'uncertain') AND delivery.reason = ANY($2::text[])
  RETURNING delivery.lane_id
)
UPDATE lane SET blocked = false, next_at = now() WHERE id IN (SELECT lane_id FROM freed)`;

// How long a destination asked to be left alone stays as it is, and so does what its budget has given away.
const CLOSE_BREAKERS = `
UPDATE destination_health SET failures = 0, opened_at = NULL, next_trial_at = NULL, try_spacing_ms = NULL WHERE installation_id = $1`;

const RELEASE_INSTALLATION = release('lane.installation_id');
const RELEASE_LANE = release('lane.id');

/**
 * After an administrator changed settings: what the old ones had stopped is tried again, in its lane's order, and read
 * again, and so is a destination that counted as down. What they had kept from being looked for is looked for.
 */
export async function releaseParked(database: Database, installationId: string): Promise<void> {
  await database.query(CLOSE_BREAKERS, [installationId]);
  await database.query(RELEASE_INSTALLATION, [installationId, MENDED_BY_SETTINGS]);
  await releaseRefusedListeners(database, installationId);
}

/** What one lane has parked for these reasons is tried again. */
export async function releaseLane(sql: Sql, laneId: string, reasons: readonly DeliveryReason[]): Promise<void> {
  await sql.query(RELEASE_LANE, [laneId, reasons]);
}
