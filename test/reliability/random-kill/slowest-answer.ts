import type { RemoteProcess } from './remote-process.ts';
import { SYSTEMS } from './story.ts';

const ASK_EVERY_MS = 500;

export interface SlowestAnswer {
  ms(): number;
  stop(): void;
}

/**
 * How long the slowest of the chat systems took for an answer. A write that they carry out later than the settle time
 * may be said twice, and nobody but them can help it: then it is not the service that was measured.
 */
export function watchSlowestAnswer(urls: RemoteProcess['urls']): SlowestAnswer {
  let slowestMs = 0;
  const timer = setInterval(() => {
    for (const system of SYSTEMS) {
      const askedAt = performance.now();
      const note = (): void => void (slowestMs = Math.max(slowestMs, performance.now() - askedAt));
      // A connection of its own: it waits where a write would wait.
      fetch(new URL('/nothing', urls[system]), { headers: { connection: 'close' } }).then(note, note);
    }
  }, ASK_EVERY_MS);
  return { ms: () => slowestMs, stop: () => clearInterval(timer) };
}
