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
