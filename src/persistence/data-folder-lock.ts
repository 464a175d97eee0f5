import fs from 'node:fs';
import path from 'node:path';

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

/**
 * PGlite opens files that another process has open, and corrupts them. This lock is ours: `lock` in the data folder
 * names the process that has it; a lock whose process is gone (kill -9) is taken over.
 * Returns the release. Throws with a sentence when another process has the folder.
 */
export function lockDataFolder(folder: string): () => void {
  fs.mkdirSync(folder, { recursive: true });
  const file = path.join(folder, 'lock');
  const mine = `${process.pid} ${beginningOf(process.pid)}`;
  for (;;) {
    try {
      fs.writeFileSync(file, mine, { flag: 'wx' });
      return () => {
        if (fs.existsSync(file) && fs.readFileSync(file, 'utf8') === mine) fs.rmSync(file);
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const [pid = '', beginning = ''] = readLock(file).split(' ');
    const holder = Number(pid);
    if (holder > 0 && holder !== process.pid && isRunning(holder) && beginningOf(holder) === beginning) {
      throw new Error(
        `The data folder ${folder} is in use by process ${holder}. The embedded database serves one process: stop ` +
          `that one, choose another DATA_DIR, or set DATABASE_URL to share a PostgreSQL.`,
      );
    }
    if (holder === process.pid && beginning === beginningOf(process.pid)) {
      throw new Error(`The data folder ${folder} is already open in this process.`);
    }
    fs.rmSync(file, { force: true });
  }
}

function readLock(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
