import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { DestinationStream } from 'pino';
import type { CarriedCount, WorkerCounts, Workers } from './compose-workers.ts';
import type { ExpiredCounts } from './privacy/expired-batches.ts';

/** What the thread is given; the rest it reads from the environment, as the process does. */
export interface ThreadData {
  /** To PostgreSQL, at most. */
  connections: number;
}

/** What the thread is told. `hint`: there is something to read there. */
export type ThreadOrder = { stop: true } | { hint: { installationId: string; destinationId: string } };

/** What the thread says. `alive` comes by itself, every `ALIVE_EVERY_MS`. */
export type ThreadMessage =
  { started: true } | { alive: true } | { log: string } | { carried: CarriedCount } | { expired: ExpiredCounts };

export const ALIVE_EVERY_MS = 1_000;
/** So often is looked whether it lives; where it was silent so many times in a row it does nothing any more. */
const LOOK_EVERY_MS = 5_000;
const MOST_SILENT_LOOKS = 6;

export interface ThreadOptions extends ThreadData, WorkerCounts {
  /** Takes its lines, many at a time: two that write to one pipe would write into each other's. */
  log: DestinationStream;
}

/**
 * Starts the workers of a process that takes calls as well in a thread of their own: what they read, count and throw away
 * keeps no call waiting. Resolves when they run, and throws what they failed with. Later on, an error that nobody catches
 * there ends the process, as one does here, and so does a thread that hangs: half a minute later.
 */
export async function startWorkerThread({ connections, log, onCarried, onExpired }: ThreadOptions): Promise<Workers> {
  const entry = new URL(`./worker-thread${extname(import.meta.url)}`, import.meta.url);
  const thread = new Worker(entry, { workerData: { connections } satisfies ThreadData });
  const order = (told: ThreadOrder): void => thread.postMessage(told);
  let fault: Error | undefined;
  let isStopping = false;
  let silentLooks = 0;
  thread.once('error', (error: Error) => (fault = error));
  // Comes last, behind everything that the thread has said.
  const ended = new Promise<void>((resolve, reject) => {
    thread.once('exit', () => {
      if (fault) reject(fault);
      else if (isStopping) resolve();
      else reject(new Error('the workers ended by themselves'));
    });
  });
  const started = new Promise<void>((resolve) => {
    thread.on('message', (message: ThreadMessage) => {
      silentLooks = 0;
      if ('started' in message) resolve();
      else if ('log' in message) log.write(message.log);
      else if ('carried' in message) onCarried(message.carried);
      else if ('expired' in message) onExpired(message.expired);
    });
  });
  await Promise.race([started, ended]);

  function unlessStopping(error: unknown): void {
    if (!isStopping) throw error;
  }
  ended.catch(unlessStopping);
  const look = setInterval(() => {
    silentLooks += 1;
    if (silentLooks > MOST_SILENT_LOOKS) unlessStopping(new Error('the workers hang'));
  }, LOOK_EVERY_MS);
  return {
    hint: async (installationId, destinationId) => order({ hint: { installationId, destinationId } }),
    async stop() {
      isStopping = true;
      clearInterval(look);
      order({ stop: true });
      await ended;
    },
  };
}
