import { setTimeout as sleep } from 'node:timers/promises';

/** PostgreSQL gave up on one of several that waited for each other, and nothing of it was done. */
const GIVEN_UP = ['40P01', '40001'];
/** A lock did not come within `lock_timeout`, and nothing was done either. */
const LOCK_IN_USE = '55P03';

const PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 500;

/** True for a failure of PostgreSQL's that others caused by being there: nothing happened, and it may be done again. */
export function isInTheWay(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' && [...GIVEN_UP, LOCK_IN_USE].includes(code);
}

/** Once more, at most `tries` times in all, what PostgreSQL rolled back for others' sake; throws what is left then. */
export async function insisting<Result>(tries: number, work: () => Promise<Result>): Promise<Result> {
  for (let count = 1; ; count += 1) {
    try {
      return await work();
    } catch (error) {
      if (count >= tries || !isInTheWay(error)) throw error;
      // Those that got in each other's way do not come back together.
      await sleep(Math.random() * Math.min(PAUSE_MS * count, LONGEST_PAUSE_MS));
    }
  }
}
