import type { Database } from './database.ts';
import { missingMigrations } from './migrate.ts';

const CHECK_TIMEOUT_MS = 2_000;

export interface DatabaseReadiness {
  /** From now on the service is not ready: it finishes what it has. */
  drain(): void;
  whyNotReady(): Promise<string | undefined>;
}

/** Ready = the database answers, has every migration of this release, and the service is not draining. */
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
        await within<unknown>(CHECK_TIMEOUT_MS, migrated ? database.query('SELECT 1 AS one') : checkMigrations());
        return migrated ? undefined : 'migrations are missing';
      } catch {
        return 'the database does not answer';
      }
    },
  };

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
