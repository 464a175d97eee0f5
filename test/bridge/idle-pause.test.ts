import { expect, test } from '@jest/globals';
import { idlePause } from '../../src/bridge/idle-pause.ts';

test.each([
  ['nothing is known of', undefined, 5_000],
  ['it falls due soon', 320.4, 321],
  ['it falls due much later', 3_600_000, 5_000],
  ['it is due, and somebody else has it', 0, 1_000],
  ['it has been due for long', -60_000, 1_000],
])('%s', (_what, dueInMs, pause) => {
  expect(idlePause(dueInMs)).toBe(pause);
});
