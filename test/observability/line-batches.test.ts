import { expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { lineBatches } from '../../src/observability/line-batches.ts';
import { eventually } from '../support/eventually.ts';

function target() {
  const written: string[] = [];
  return { written, write: (batch: string) => void written.push(batch), flushSync: () => undefined };
}

test('lines are written together, in their order, as soon as there are enough', () => {
  const { written, ...stream } = target();
  const batches = lineBatches(stream, { mostLines: 3, mostWaitMs: 3_600_000 });
  for (const line of ['1\n', '2\n', '3\n', '4\n', '5\n', '6\n']) batches.write(line);
  expect(written).toEqual(['1\n2\n3\n', '4\n5\n6\n']);
});

test('fewer are written when the first of them has waited', async () => {
  const { written, ...stream } = target();
  const batches = lineBatches(stream, { mostLines: 1_000, mostWaitMs: 1 });
  batches.write('1\n');
  batches.write('2\n');
  await eventually(
    () => Promise.resolve(written.join('')),
    (text) => text === '1\n2\n',
  );
});

test('what waits is written when the process ends, however it does', () => {
  const program = (ending: string): string => `
    import { createLogger } from './src/observability/logger.ts';
    const logger = createLogger({ level: 'info' });
    for (let number = 1; number <= 100; number += 1) logger.info({ number });
    ${ending}`;
  for (const ending of ['process.exit(0);', '', 'setImmediate(() => process.exit(0));']) {
    const output = execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program(ending)]);
    const numbers = output
      .toString()
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { number: number }).number);
    // What is on its way at the exit may come after what still waited.
    expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, at) => at + 1));
  }
});
