import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads';

/**
 * The moments at which the reliability tests let a process die (test/reliability/). K12 and K15 are no moments in this
 * code. K13: messages of a chat system are read and not stored; its second passing: stored, and the cursor is not. K14:
 * some of what is to be erased, or removed for its age, is not committed yet; in a sweep, its second passing: it is.
 */
export type CrashPoint = 'K1' | 'K2' | 'K3' | 'K4' | 'K5' | 'K6' | 'K7' | 'K8' | 'K9' | 'K10' | 'K11' | 'K13' | 'K14';

/** Nothing outside of tests can arm a point. */
const named = process.env['NODE_ENV'] === 'test' ? /^(K\d+)(?:#(\d+))?$/.exec(process.env['CRASH_AT'] ?? '') : null;
const [, point, passing = '1'] = named ?? [];

const ARMED = 0;
const PASSINGS = 1;
/** Of all threads of this process: only the first one hears signals. */
const state = point === undefined ? undefined : new Int32Array(sharedBuffer('crash-point'));

function sharedBuffer(name: string): SharedArrayBuffer {
  if (!isMainThread) return getEnvironmentData(name) as SharedArrayBuffer;
  const made = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
  // Threads that are started from now on are given it.
  setEnvironmentData(name, made);
  return made;
}

// Armed by a signal, so that what an earlier life left behind can be finished before; the answer says that it is heard.
if (state && isMainThread) {
  process.once('SIGUSR2', () => {
    Atomics.store(state, ARMED, 1);
    process.stderr.write(`crash point ${point} armed\n`);
  });
}

/**
 * Ends this process as `kill -9` does, if a test armed this very point: `CRASH_AT=K8` names it, `K8#3` its third
 * passing, SIGUSR2 arms it. Otherwise costs one comparison. `inMs`: that much later, for moments that begin here and lie
 * inside somebody else's call; 0 is the next turn of the event loop.
 */
export function crashPoint(passed: CrashPoint, inMs?: number): void {
  if (passed !== point || !state || Atomics.load(state, ARMED) === 0) return;
  if (Atomics.add(state, PASSINGS, 1) + 1 !== Number(passing)) return;
  const strike = (): void => void process.kill(process.pid, 'SIGKILL');
  if (inMs === undefined) strike();
  else if (inMs === 0) setImmediate(strike);
  else setTimeout(strike, inMs);
}
