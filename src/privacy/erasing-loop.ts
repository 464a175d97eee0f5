import type { Logger } from '../observability/logger.ts';
import { createWakeSignal } from '../persistence/wake-signal.ts';
import { erasePerson, type ErasingDependencies, finishErasure } from './erase-person.ts';

/** A net: whoever asked for an erasure sees to it, unless that process died. In ms. */
const POLL_MS = 60_000;
/** While the end of a chat is waited for, in ms. */
const ENDING_PAUSE_MS = 2_000;
/** What is due and could not be had is somebody else's at this moment. In ms. */
const TAKEN_PAUSE_MS = 100;
const AFTER_TROUBLE_MS = 5_000;
const STOP_WITHIN_MS = 3_000;

export interface ErasingLoop {
  /** There may be something to finish. */
  wake(): void;
  /** Begins nothing more and resolves; what is under way may be left as it is on disk. */
  stop(): Promise<void>;
}

/** Takes up erasures that nobody is at, until stopped. */
export function startErasing(dependencies: ErasingDependencies, logger: Logger): ErasingLoop {
  const { store } = dependencies;
  const signal = createWakeSignal();
  let stopping = false;
  const isStopping = (): boolean => stopping;

  /** How long there is nothing to do, in ms. */
  async function takeUp(): Promise<number> {
    const erasure = await store.claim();
    if (!erasure) return Math.min(Math.max((await store.dueInMs()) ?? POLL_MS, TAKEN_PAUSE_MS), POLL_MS);
    await erasePerson(erasure, dependencies);
    const finished = await finishErasure(erasure, dependencies);
    if (!finished) await store.later(erasure.id, ENDING_PAUSE_MS);
    logger.info({ event: 'erasure-taken-up', erasure: erasure.id, finished });
    return 0;
  }

  async function run(): Promise<void> {
    while (!isStopping()) {
      try {
        await signal.wait(await takeUp());
      } catch (error) {
        if (isStopping()) return;
        logger.error({ event: 'erasing-failed', error });
        await signal.wait(AFTER_TROUBLE_MS);
      }
    }
  }

  const running = run();
  return {
    wake: () => signal.wake(),
    async stop() {
      stopping = true;
      signal.wake();
      let timer: NodeJS.Timeout | undefined;
      const limit = new Promise<void>((resolve) => (timer = setTimeout(resolve, STOP_WITHIN_MS)));
      await Promise.race([running, limit]);
      clearTimeout(timer);
    },
  };
}
