import os from 'node:os';

const WORKER_NICENESS = 5;

/**
 * On a machine that both share and where both want all, a worker has a third of what a web has. Only Linux has a priority
 * for each thread: elsewhere a worker that shares its process with calls keeps that of the process.
 */
export function letCallsGoFirst(worker: 'process' | 'thread'): void {
  if (worker === 'thread' && process.platform !== 'linux') return;
  try {
    if (os.getPriority() < WORKER_NICENESS) os.setPriority(WORKER_NICENESS);
  } catch {
    // Somewhere it may not be changed, which is no reason not to work.
  }
}
