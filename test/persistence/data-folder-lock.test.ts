import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { lockDataFolder } from '../../src/persistence/data-folder-lock.ts';

let folder: string;
let lock: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'data-folder-lock-'));
  lock = path.join(folder, 'lock');
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  fs.rmSync(folder, { recursive: true });
});

async function otherProcess(): Promise<ChildProcess & { pid: number }> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  children.push(child);
  await once(child, 'spawn');
  return child as ChildProcess & { pid: number };
}

/** Field 22 of /proc/<pid>/stat: when that process began. */
function beginningOf(pid: number): string {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

test('The lock names this process, and its release makes the folder free', async () => {
  const release = await lockDataFolder(folder);
  expect(fs.readFileSync(lock, 'utf8')).toMatch(new RegExp(`^${process.pid} \\d+$`));
  release();
  expect(fs.existsSync(lock)).toBe(false);
  (await lockDataFolder(folder))();
});

test('A folder that is not there is made', async () => {
  const deeper = path.join(folder, 'a', 'b');
  const release = await lockDataFolder(deeper);
  expect(fs.existsSync(path.join(deeper, 'lock'))).toBe(true);
  release();
});

test('The same process cannot have it twice', async () => {
  const release = await lockDataFolder(folder);
  await expect(lockDataFolder(folder)).rejects.toThrow('already open in this process');
  release();
});

test('When a running process has it, then the sentence names the folder, the process and the ways out', async () => {
  const { pid } = await otherProcess();
  const held = `${pid} ${beginningOf(pid)}`;
  fs.writeFileSync(lock, held);
  await expect(lockDataFolder(folder)).rejects.toThrow(
    `The data folder ${folder} is in use by process ${pid}. The embedded database serves one process: stop that one, ` +
      'choose another DATA_DIR, or set DATABASE_URL to share a PostgreSQL.',
  );
  expect(fs.readFileSync(lock, 'utf8')).toBe(held);
});

test('When its process was killed, then it is taken over', async () => {
  const child = await otherProcess();
  fs.writeFileSync(lock, `${child.pid} ${beginningOf(child.pid)}`);
  child.kill('SIGKILL');
  await once(child, 'exit');
  const release = await lockDataFolder(folder);
  expect(fs.readFileSync(lock, 'utf8')).toMatch(new RegExp(`^${process.pid} `));
  release();
});

test('When its number was given to a later process, then it is taken over', async () => {
  const { pid } = await otherProcess();
  fs.writeFileSync(lock, `${pid} 1`);
  (await lockDataFolder(folder))();
});

test('When this process has the number that the dead one had, then it is taken over', async () => {
  fs.writeFileSync(lock, `${process.pid} 1`);
  (await lockDataFolder(folder))();
});

test.each(['', 'garbage', `${2 ** 22 + 1} 1`])('A lock that says %j is nobody’s', async (text) => {
  fs.writeFileSync(lock, text);
  (await lockDataFolder(folder))();
});

test('A release that comes late leaves the lock of whoever has it now', async () => {
  const release = await lockDataFolder(folder);
  fs.writeFileSync(lock, '1 somebody else');
  release();
  expect(fs.readFileSync(lock, 'utf8')).toBe('1 somebody else');
});

test('A folder that cannot be written to is an error of its own', async () => {
  fs.mkdirSync(lock);
  await expect(lockDataFolder(folder)).rejects.toThrow();
});

test('When its holder cannot be seen from here but touches it, as from another container, then it is respected', async () => {
  fs.writeFileSync(lock, `${2 ** 22 + 1} 1`);
  const touching = setInterval(() => fs.utimesSync(lock, new Date(), new Date()), 100);
  try {
    await expect(lockDataFolder(folder)).rejects.toThrow('is in use by process');
  } finally {
    clearInterval(touching);
  }
});

test('While it is held it is touched', async () => {
  const release = await lockDataFolder(folder);
  const before = fs.statSync(lock).mtimeMs;
  await eventually(
    () => fs.statSync(lock).mtimeMs,
    (touched) => touched > before,
  );
  release();
});
