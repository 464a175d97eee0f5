import { execFileSync } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import type { Database } from '../../src/persistence/database.ts';

const COUNT = os.availableParallelism();
/** The server's own core. */
export const SERVER_CORE = '0';
/** What load, database and everything else share. */
export const OTHER_CORES = COUNT > 1 ? `1-${COUNT - 1}` : '0';

/** Gives a process these cores. Does nothing where there is only one; says so once where there is no `taskset`. */
export function pin(pid: number, cores: string): void {
  if (COUNT < 2) return;
  try {
    execFileSync('taskset', ['-a', '-p', '-c', cores, String(pid)], { stdio: 'ignore' });
  } catch {
    if (!missing)
      process.stdout.write('(taskset is missing or has no right: server, load and database share all cores)\n');
    missing = true;
  }
}
let missing = false;

/** The parent of a process, 0 when it is not of this machine. */
async function parentOf(pid: number): Promise<number> {
  const status = await fs.readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^PPid:\s+(\d+)/m.exec(status)?.[1] ?? 0);
}

/** All processes of the PostgreSQL server behind `database`, if it runs on this machine. */
async function serverProcesses(database: Database): Promise<number[]> {
  const [row] = await database.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const name = await fs.readFile(`/proc/${row?.pid}/comm`, 'utf8').catch(() => '');
  if (!name.startsWith('postgres')) return [];
  const server = await parentOf(row!.pid);
  const pids = (await fs.readdir('/proc')).map(Number).filter((pid) => pid > 0);
  const parents = await Promise.all(pids.map(parentOf));
  return [server, ...pids.filter((_, index) => parents[index] === server)];
}

/** Keeps PostgreSQL off the server's core until the answer is called: sessions that open later inherit their place. */
export async function movePostgres(database: Database): Promise<() => void> {
  const moved = database.kind === 'postgres' ? await serverProcesses(database) : [];
  moved.forEach((pid) => pin(pid, OTHER_CORES));
  return () => moved.forEach((pid) => pin(pid, `0-${COUNT - 1}`));
}
