import type { Database } from '../persistence/database.ts';
import type { FeedRef } from './feed-import-store.ts';

/** Servers and proxies end sessions that say nothing for minutes. */
const SIGN_OF_LIFE_MS = 20_000;

export interface FeedLock {
  /** Resolves when the lock is free again. */
  release(): Promise<void>;
}

/**
 * One import of a feed at a time over all processes. On PostgreSQL a session of its own holds an advisory lock, so a
 * process that dies lets go of it; the embedded database has one process only. `most`: in this process.
 */
export function createFeedLocks(database: Database, most: number) {
  const mine = new Set<string>();

  return {
    /** Whether this process has as many as it may. Asked in the same turn as `tryHold`, it holds for that. */
    isFull: (): boolean => mine.size >= most,
    /** Undefined when the feed is being imported already. */
    async tryHold({ installationId, kind }: FeedRef): Promise<FeedLock | undefined> {
      const key = `feed/${kind}/${installationId}`;
      if (mine.has(key)) return undefined;
      mine.add(key);
      try {
        const session =
          database.kind === 'postgres' ? await holdSession(database, key) : { release: async () => undefined };
        if (!session) mine.delete(key);
        return session && { release: () => session.release().finally(() => mine.delete(key)) };
      } catch (error) {
        mine.delete(key);
        throw error;
      }
    },
  };
}

export type FeedLocks = ReturnType<typeof createFeedLocks>;

async function holdSession(database: Database, key: string): Promise<FeedLock | undefined> {
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  return new Promise((resolve, reject) => {
    const session = database.transaction(async (sql) => {
      const statement = `SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS held`;
      const [row] = await sql.query<{ held: boolean }>(statement, [key]);
      if (row?.held !== true) return resolve(undefined);
      const signs = setInterval(() => void sql.query('SELECT 1').catch(() => undefined), SIGN_OF_LIFE_MS);
      resolve({
        async release() {
          release();
          // A session that was lost meanwhile has let go of the lock by itself.
          await session.catch(() => undefined);
        },
      });
      await released.finally(() => clearInterval(signs));
    });
    session.catch(reject);
  });
}
