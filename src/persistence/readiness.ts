import type { Database } from './database.ts';
import { missingMigrations } from './migrate.ts';
import { createStoringTrial } from './storing-trial.ts';
import { within } from './within.ts';

const CHECK_TIMEOUT_MS = 2_000;

export interface DatabaseReadiness {
  /** From now on the service is not ready: it finishes what it has. */
  drain(): void;
  /** An event was not stored, and the database was at fault: it is ready again when a write of its own has gone well. */
  doubtStoring(): void;
  whyNotReady(): Promise<string | undefined>;
}

/** Ready = the database answers, takes writes and stores events, has every migration of this release, and the service is not draining. */
export function createReadiness(database: Database): DatabaseReadiness {
  let draining = false;
  let migrated = false;
  const trial = createStoringTrial(database);
  return {
    doubtStoring: trial.doubt,
    drain() {
      draining = true;
    },
    async whyNotReady() {
      if (draining) return 'draining';
      try {
        if (!migrated) await within(CHECK_TIMEOUT_MS, checkMigrations());
        if (!migrated) return 'migrations are missing';
        if (!(await within(CHECK_TIMEOUT_MS, takesWrites()))) return 'the database takes no writes';
      } catch {
        return 'the database does not answer';
      }
      return trial.whyNot();
    },
  };

  /** A standby answers too. */
  async function takesWrites(): Promise<boolean> {
    const statement = `SELECT current_setting('transaction_read_only') = 'off' AS writable`;
    const [row] = await database.query<{ writable: boolean }>(statement, [], CHECK_TIMEOUT_MS);
    return row?.writable === true;
  }

  async function checkMigrations(): Promise<void> {
    migrated = (await missingMigrations(database)).length === 0;
  }
}
