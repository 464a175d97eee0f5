import type { DestinationStream } from 'pino';

/** Where whole batches go; `flushSync` writes what it was given and has not begun to write. */
export interface BatchTarget extends DestinationStream {
  flushSync(): void;
}

export interface BatchLimits {
  mostLines: number;
  mostWaitMs: number;
}

/** A write per line costs a fast request a fifth of its time. */
const LIMITS: BatchLimits = { mostLines: 64, mostWaitMs: 100 };

/**
 * Hands lines on many at a time: when there are `mostLines`, when the first of them waited `mostWaitMs`, and at the exit of
 * its thread. pino's own buffer measures all that it holds with each line that is added.
 */
export function lineBatches(target: BatchTarget, { mostLines, mostWaitMs } = LIMITS): DestinationStream {
  let lines: string[] = [];
  let late: NodeJS.Timeout | undefined;

  function handOn(): void {
    clearTimeout(late);
    late = undefined;
    const batch = lines.join('');
    lines = [];
    target.write(batch);
  }

  process.once('exit', () => {
    if (lines.length === 0) return;
    handOn();
    target.flushSync();
  });
  return {
    write(line) {
      lines.push(line);
      if (lines.length >= mostLines) handOn();
      else late ??= setTimeout(handOn, mostWaitMs);
    },
  };
}
