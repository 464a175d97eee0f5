import { readFileSync } from 'node:fs';

/** Processor time of this thread in milliseconds. Of the whole process where the system does not tell threads apart. */
function processorMs(): number {
  try {
    return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
  } catch {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  }
}

/**
 * Does `work` and tells the longest that this thread was busy between two turns of the event loop, in milliseconds of
 * processor time: what other processes of a crowded machine take does not count.
 */
export async function busiestTurn<Result>(work: () => Promise<Result>): Promise<{ result: Result; busiestMs: number }> {
  let busiestMs = 0;
  let isOver = false;
  let before = processorMs();
  const look = (): void => {
    const now = processorMs();
    busiestMs = Math.max(busiestMs, now - before);
    before = now;
    if (!isOver) setImmediate(look);
  };
  setImmediate(look);
  try {
    const result = await work();
    // Work that gave nobody a turn ends before anybody could look.
    return { result, busiestMs: Math.max(busiestMs, processorMs() - before) };
  } finally {
    isOver = true;
  }
}
