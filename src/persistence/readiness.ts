import type { Database } from './database.ts';
import { missingMigrations } from './migrate.ts';

const CHECK_TIMEOUT_MS = 2_000;

export interface DatabaseReadiness {
  /** From now on the service is not ready: it finishes what it has. */
  drain(): void;
  whyNotReady(): Promise<string | undefined>;
}

/** Ready = the database answers and takes writes, has every migration of this release, and the service is not draining. */
export function createReadiness(database: Database): DatabaseReadiness {
  let draining = false;
  let migrated = false;
  return {
    drain() {
      draining = true;
    },
    async whyNotReady() {
      if (draining) return 'draining';
      try {
        if (!migrated) await within(CHECK_TIMEOUT_MS, checkMigrations());
        if (!migrated) return 'migrations are missing';
        return (await within(CHECK_TIMEOUT_MS, takesWrites())) ? undefined : 'the database takes no writes';
      } catch {
        return 'the database does not answer';
      }
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

function within<Result>(ms: number, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('timed out')), ms);
  });
  return Promise.race([work, timeout]).finally(() => clearTimeout(timer));
}
