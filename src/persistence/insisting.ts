import { setTimeout as sleep } from 'node:timers/promises';
import { isInTheWay } from './database-faults.ts';

const PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 500;

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
