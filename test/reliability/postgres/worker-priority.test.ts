import fs from 'node:fs/promises';
import os from 'node:os';
import { afterEach, expect, test } from '@jest/globals';
import { type ProcessWorld, startProcessWorld } from '../../support/process-world.ts';

let world: ProcessWorld;
afterEach(() => world.stop());

test('A worker lets the calls of a web on the same machine go first, and never takes more than it was started with', async () => {
  world = await startProcessWorld();
  const [web, worker] = await Promise.all([world.start({ ROLE: 'web' }), world.start({ ROLE: 'worker' })]);
  const own = os.getPriority();
  expect(os.getPriority(web.pid)).toBe(own);
  expect(os.getPriority(worker.pid)).toBe(Math.max(own, 5));
});

test('Where both are in one process, the thread of its workers does so, and no other', async () => {
  world = await startProcessWorld();
  const { pid } = await world.start();
  const own = os.getPriority();
  expect(os.getPriority(pid)).toBe(own);
  const changed: number[] = [];
  for (const thread of await fs.readdir(`/proc/${pid}/task`)) {
    const stat = await fs.readFile(`/proc/${pid}/task/${thread}/stat`, 'utf8').catch(() => '');
    // The nice value is the 19th field, the 17th behind the name.
    const nice = Number(stat.split(') ').pop()?.split(' ')[16]);
    if (stat !== '' && nice !== own) changed.push(nice);
  }
  expect(changed).toEqual(own < 5 ? [5] : []);
});
