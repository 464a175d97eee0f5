/**
 * The moments at which the reliability tests let a process die (test/reliability/). K12 and K15 are no moments in this
 * code. K13: messages of a chat system are read and not stored; its second passing: stored, and the cursor is not. K14:
 * some of what is to be erased, or removed for its age, is not committed yet; in a sweep, its second passing: it is.
 */
export type CrashPoint = 'K1' | 'K2' | 'K3' | 'K4' | 'K5' | 'K6' | 'K7' | 'K8' | 'K9' | 'K10' | 'K11' | 'K13' | 'K14';

/** Nothing outside of tests can arm a point. */
const named = process.env['NODE_ENV'] === 'test' ? /^(K\d+)(?:#(\d+))?$/.exec(process.env['CRASH_AT'] ?? '') : null;
const [, point, passing = '1'] = named ?? [];

let armed: string | undefined;
let passings = 0;

// Armed by a signal, so that what an earlier life left behind can be finished before; the answer says that it is heard.
if (point !== undefined) {
  process.once('SIGUSR2', () => {
    armed = point;
    process.stderr.write(`crash point ${point} armed\n`);
  });
}

/**
 * Ends this process as `kill -9` does, if a test armed this very point: `CRASH_AT=K8` names it, `K8#3` its third
 * passing, SIGUSR2 arms it. Otherwise costs one comparison. `inMs`: that much later, for moments that begin here and lie
 * inside somebody else's call; 0 is the next turn of the event loop.
 */
export function crashPoint(passed: CrashPoint, inMs?: number): void {
  if (armed === undefined || passed !== armed) return;
  passings += 1;
  if (passings !== Number(passing)) return;
  const strike = (): void => void process.kill(process.pid, 'SIGKILL');
  if (inMs === undefined) strike();
  else if (inMs === 0) setImmediate(strike);
  else setTimeout(strike, inMs);
}
