import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { sortNumbers } from '../../src/catalogue/sort-numbers.ts';

/** Agents of all installations wait while the process is busy. */
const MOST_MS = 50;

test('To build an index never holds the process up, also not with 200,000 words of its own', async () => {
  const program = ['--import', 'tsx', 'test/catalogue/build-index-alone.ts'];
  const { stdout } = await promisify(execFile)(process.execPath, program);
  const { busiestMs, ...found } = JSON.parse(stdout) as { busiestMs: number; byWord: string[]; byReference: string[] };
  expect(busiestMs).toBeLessThan(MOST_MS);
  expect(found).toEqual({ byWord: ['p4321'], byReference: ['p39999'] });
});

test('Numbers are sorted as numbers', async () => {
  const numbers = Uint32Array.from({ length: 70_000 }, (_, at) => Math.imul(at, 2_654_435_761) >>> (at % 17));
  expect(await sortNumbers(numbers)).toEqual(numbers.toSorted());
  expect(await sortNumbers(new Uint32Array(0))).toEqual(new Uint32Array(0));
});
