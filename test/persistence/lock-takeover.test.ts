import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { afterEach, expect, test } from '@jest/globals';

const TAKERS = 4;
const ROUNDS = 80;
/** Until all processes stand at the line; on a busy machine those that come late race with one another. */
const START_IN_MS = 6_000;

const children: ChildProcess[] = [];
let parent: string | undefined;

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  if (parent !== undefined) fs.rmSync(parent, { recursive: true });
});

async function gotBy(startAt: number, folders: string[]): Promise<string[]> {
  const script = 'test/persistence/lock-taker.ts';
  const child = spawn(process.execPath, ['--import', 'tsx', script, String(startAt), ...folders], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [line] = (await once(readline.createInterface({ input: child.stdout }), 'line')) as [string];
  return JSON.parse(line) as string[];
}

test('When several processes take over the lock of a dead one in the same instant, then exactly one has it, in every round', async () => {
  const root = (parent = fs.mkdtempSync(path.join(os.tmpdir(), 'lock-takeover-')));
  const folders = Array.from({ length: ROUNDS }, (_, round) => path.join(root, String(round)));
  for (const folder of folders) {
    fs.mkdirSync(folder);
    // A process number that Linux never gives out: its holder is dead for certain.
    fs.writeFileSync(path.join(folder, 'lock'), `${2 ** 22 + 1} 1`);
  }
  const startAt = Date.now() + START_IN_MS;
  const got = (await Promise.all(Array.from({ length: TAKERS }, () => gotBy(startAt, folders)))).flat();
  const holders = folders.map((folder) => got.filter((one) => one === folder).length);
  expect(holders).toEqual(folders.map(() => 1));
});
