import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** The holder touches its lock this often. */
const HEARTBEAT_MS = 500;
/** A lock that nobody touches for this long has lost its holder. */
const SILENCE_MS = 2_000;
/** Whoever just took a dead one's lock over looks again after this, and believes only then that it has it. */
const SECOND_LOOK_MS = 100;

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, as somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** When a process began, as Linux tells it: a pid that was given out again has another beginning. Empty elsewhere. */
function beginningOf(pid: number): string {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

interface Seen {
  holder: string;
  touched: number;
}

/** Contents and last touch of a lock; undefined when it is gone. */
function look(file: string): Seen | undefined {
  try {
    return { holder: fs.readFileSync(file, 'utf8'), touched: fs.statSync(file).mtimeMs };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * PGlite opens files that another process has open, and corrupts them. This lock is ours: `lock` in the data folder
 * names the process that has it, which touches it while it lives. A process we can see is believed at once; one we
 * cannot see may live in another container on the same folder, so its lock is watched before it is taken over.
 * Resolves with the release. Throws with a sentence when another process has the folder.
 */
export async function lockDataFolder(folder: string): Promise<() => void> {
  fs.mkdirSync(folder, { recursive: true });
  const file = path.join(folder, 'lock');
  const mine = `${process.pid} ${beginningOf(process.pid)}`;
  let tookOver = false;
  while (!(await has(file, mine, tookOver))) {
    const seen = look(file);
    if (!seen) continue;
    if (seen.holder === mine) throw new Error(`The data folder ${folder} is already open in this process.`);
    if (holderIsSeenRunning(seen.holder)) throw inUse(folder, seen.holder);
    await pause(SILENCE_MS);
    const later = look(file);
    if (later && !isSame(later, seen)) throw inUse(folder, later.holder);
    if (!(await removeDead(file, seen, mine))) continue;
    tookOver = true;
  }
  const heartbeat = setInterval(() => fs.utimes(file, new Date(), new Date(), () => undefined), HEARTBEAT_MS);
  heartbeat.unref();
  return () => {
    clearInterval(heartbeat);
    if (look(file)?.holder === mine) fs.rmSync(file);
  };
}

const isSame = (one: Seen, other: Seen): boolean => one.holder === other.holder && one.touched === other.touched;

async function has(file: string, mine: string, tookOver: boolean): Promise<boolean> {
  if (!claim(file, mine)) return false;
  if (!tookOver) return true;
  await pause(SECOND_LOOK_MS);
  return look(file)?.holder === mine;
}

/**
 * Removes a dead one's lock; false when another process was at it, and all must be looked at anew. Several may find the
 * same lock dead in the same instant, and the slower of them would remove the lock that the faster has made since: so
 * only the one that made the guard removes, and only what it still finds to be the dead one's. Nothing between making
 * and removing the guard waits for anything, so a guard that stays belongs to a process that died in there.
 */
async function removeDead(file: string, dead: Seen, mine: string): Promise<boolean> {
  const guard = `${file}.takeover`;
  if (!claim(guard, mine)) {
    const seen = look(guard);
    await pause(SECOND_LOOK_MS);
    const later = look(guard);
    if (seen && later && isSame(seen, later)) fs.rmSync(guard, { force: true });
    return false;
  }
  try {
    const now = look(file);
    if (now && !isSame(now, dead)) return false;
    fs.rmSync(file, { force: true });
    return true;
  } finally {
    fs.rmSync(guard, { force: true });
  }
}

/** Makes the lock; false when there is one. */
function claim(file: string, mine: string): boolean {
  try {
    fs.writeFileSync(file, mine, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function holderIsSeenRunning(holder: string): boolean {
  const [pid = '', beginning = ''] = holder.split(' ');
  return Number(pid) > 0 && isRunning(Number(pid)) && beginningOf(Number(pid)) === beginning;
}

function inUse(folder: string, holder: string): Error {
  return new Error(
    `The data folder ${folder} is in use by process ${holder.split(' ')[0]}. The embedded database serves one process: ` +
      `stop that one, choose another DATA_DIR, or set DATABASE_URL to share a PostgreSQL.`,
  );
}
