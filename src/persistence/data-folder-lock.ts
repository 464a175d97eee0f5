import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** The holder touches its lock this often. */
const HEARTBEAT_MS = 500;
/** A lock that nobody touches for this long has lost its holder. */
const SILENCE_MS = 2_000;

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

/** Contents and last touch of a lock; undefined when it is gone. */
function look(file: string): { holder: string; touched: number } | undefined {
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
  while (!claim(file, mine)) {
    const seen = look(file);
    if (!seen) continue;
    if (seen.holder === mine) throw new Error(`The data folder ${folder} is already open in this process.`);
    if (holderIsSeenRunning(seen.holder)) throw inUse(folder, seen.holder);
    await pause(SILENCE_MS);
    const later = look(file);
    if (later && (later.touched !== seen.touched || later.holder !== seen.holder)) throw inUse(folder, later.holder);
    fs.rmSync(file, { force: true });
  }
  const heartbeat = setInterval(() => fs.utimes(file, new Date(), new Date(), () => undefined), HEARTBEAT_MS);
  heartbeat.unref();
  return () => {
    clearInterval(heartbeat);
    if (look(file)?.holder === mine) fs.rmSync(file);
  };
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
