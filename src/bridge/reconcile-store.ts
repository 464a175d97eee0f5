import type { Database, Sql } from '../persistence/database.ts';
import { retentionDaysOf } from '../persistence/retention-days.ts';

/** A worker's temporary right to compare one installation with the source. */
export interface ReconcileLease {
  installationId: string;
  fencing: string;
  failures: number;
  /** Everything that began before was looked at. */
  cursor: Date;
  /** Nothing that began earlier is this installation's, or was kept until now. */
  floor: Date;
  idsFit: boolean | undefined;
  /** The database's clock at the claim. */
  now: Date;
}

/** Another worker has the installation: what this one was about to write is void. */
export class ReconcileLeaseLostError extends Error {}

/** Who compares which installation, and how far it came. All times are the database's. */
export interface ReconcileStore {
  /** Leases up to `limit` active installations that are due. `everyMs`: how far the first looks are spread. */
  claim(owner: string, limit: number, leaseMs: number, everyMs: number): Promise<ReconcileLease[]>;
  /** Ends every lease at once. Only right where no other worker can be alive: at the start of an embedded database. */
  endAllLeases(): Promise<void>;
  renew(lease: ReconcileLease, leaseMs: number): Promise<void>;
  /** Keeps the installation for this transaction. Throws `ReconcileLeaseLostError`. */
  hold(sql: Sql, lease: ReconcileLease): Promise<void>;
  /** How far it came; inside a transaction that holds the installation. The cursor never moves back. */
  advance(sql: Sql, lease: ReconcileLease, cursor: Date, idsFit: boolean | undefined): Promise<void>;
  /** Gives the installation back until its next turn. */
  release(lease: ReconcileLease, nextInMs: number, failed: boolean): Promise<void>;
}

// The table follows the installations by itself. On the first look a day is enough: what is older was nobody's to miss.
const FOLLOW = `
INSERT INTO reconcile (installation_id, next_at)
SELECT id, now() + random() * $1 * interval '1 millisecond' FROM installation
 WHERE active AND NOT EXISTS (SELECT 1 FROM reconcile WHERE installation_id = installation.id)
ON CONFLICT DO NOTHING`;

// An installation that was switched off and on again is not asked about the time between. Nor is one that was last
// compared longer ago than conversations are kept: those of that time may have been here, and would be bridged again.
const CLAIM = `
WITH due AS (
  SELECT reconcile.installation_id AS id,
         GREATEST(installation.created_at, installation.lifecycle_at,
                  now() - ${retentionDaysOf('installation', '$4')} * interval '1 day' + interval '1 hour') AS floor
    FROM reconcile JOIN installation ON installation.id = reconcile.installation_id
   WHERE installation.active AND next_at <= now() AND (lease_until IS NULL OR lease_until <= now())
   ORDER BY next_at LIMIT $2 FOR UPDATE OF reconcile SKIP LOCKED
)
UPDATE reconcile SET lease_owner = $1, lease_until = now() + $3 * interval '1 millisecond', fencing = fencing + 1
  FROM due WHERE reconcile.installation_id = due.id
RETURNING due.id AS "installationId", fencing::text, failures, floor, ids_fit AS "idsFit", now() AS now,
          GREATEST(floor, COALESCE(cursor, now() - interval '1 day')) AS cursor`;

const RENEW = `
UPDATE reconcile SET lease_until = now() + $3 * interval '1 millisecond'
 WHERE installation_id = $1 AND fencing = $2::bigint AND lease_owner IS NOT NULL`;

const HOLD = `
SELECT 1 AS held FROM reconcile
 WHERE installation_id = $1 AND fencing = $2::bigint AND lease_until > now() FOR UPDATE`;

const ADVANCE = `
UPDATE reconcile SET cursor = GREATEST(cursor, $2::timestamptz), ids_fit = COALESCE($3, ids_fit) WHERE installation_id = $1`;

const RELEASE = `
UPDATE reconcile SET lease_owner = NULL, lease_until = NULL, next_at = now() + $3 * interval '1 millisecond',
       failures = CASE WHEN $4 THEN failures + 1 ELSE 0 END
 WHERE installation_id = $1 AND fencing = $2::bigint`;

type ClaimedRow = Omit<ReconcileLease, 'idsFit'> & { idsFit: boolean | null };

/** `retentionDays`: of installations without a setting of their own. */
export function createReconcileStore(database: Database, retentionDays: number): ReconcileStore {
  return {
    async claim(owner, limit, leaseMs, everyMs) {
      await database.query(FOLLOW, [everyMs]);
      const rows = await database.query<ClaimedRow>(CLAIM, [owner, limit, leaseMs, retentionDays]);
      return rows.map((row) => ({ ...row, idsFit: row.idsFit ?? undefined }));
    },
    async endAllLeases() {
      await database.query(`UPDATE reconcile SET lease_owner = NULL, lease_until = NULL WHERE lease_until IS NOT NULL`);
    },
    async renew({ installationId, fencing }, leaseMs) {
      await database.query(RENEW, [installationId, fencing, leaseMs]);
    },
    async hold(sql, { installationId, fencing }) {
      const held = await sql.query(HOLD, [installationId, fencing]);
      if (held.length === 0) throw new ReconcileLeaseLostError('another worker compares this installation');
    },
    async advance(sql, { installationId }, cursor, idsFit) {
      await sql.query(ADVANCE, [installationId, cursor, idsFit ?? null]);
    },
    async release({ installationId, fencing }, nextInMs, failed) {
      await database.query(RELEASE, [installationId, fencing, nextInMs, failed]);
    },
  };
}
