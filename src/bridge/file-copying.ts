import { DestinationFailure } from '../destinations/destination-failure.ts';
import type { Logger } from '../observability/logger.ts';
import type { OpenConfigured } from './lane-context.ts';
import { pauseAfterFailure } from './listen-policy.ts';
import type { RemoteChatStore } from './remote-chat-store.ts';
import type { FileLoss, FileToCopy, RemoteFileStore } from './remote-file-store.ts';
import { createWakeSignal } from '../persistence/wake-signal.ts';

export interface FileCopyingDependencies {
  files: RemoteFileStore;
  chats: RemoteChatStore;
  openConfigured: OpenConfigured;
  logger: Logger;
}

export interface FileCopying {
  wake(): void;
  /** Takes no more files and resolves; those in hand are fetched again later. */
  stop(): Promise<void>;
}

/** Bytes; the largest file any of the chat systems is known to take. */
export const FILE_LIMIT = 25 * 1024 * 1024;
/** Files fetched at the same time: each is held in memory. */
const CONCURRENCY = 4;
/** A worker that does not tell what became of a file within this has lost it, in ms. */
const HOLD_MS = 120_000;
/** Net below the wake-ups: workers die with files in hand. */
const POLL_MS = 10_000;
const AFTER_DATABASE_TROUBLE_MS = 1_000;
const TRIES = 8;
/** While the settings of a destination do not fit, in ms. */
const UNOPENED_PAUSE_MS = 60_000;

/** Fetches the files of stored messages until stopped. What cannot be had is lost with its reason, never in silence. */
export function startFileCopying({ files, chats, openConfigured, logger }: FileCopyingDependencies): FileCopying {
  const signal = createWakeSignal();
  const inHand = new Set<FileToCopy>();
  let stopping = false;

  async function copy(wanted: FileToCopy): Promise<void> {
    const { file, laneId, installationId, destinationId } = wanted;
    const configured = await openConfigured(installationId, destinationId);
    const chat = await chats.find(laneId);
    if (configured === 'settings-do-not-fit') return again(wanted, configured, UNOPENED_PAUSE_MS);
    if (configured === 'removed' || !configured.destination.receiver || !chat)
      return lose(wanted, 'destination-removed');
    if ((file.size ?? 0) > FILE_LIMIT) return lose(wanted, 'too-large');
    try {
      const remote = {
        ...chat,
        updateState: (change: (stored: unknown) => unknown) => chats.updateState(laneId, change),
      };
      const fetched = await configured.destination.receiver.fetchFile(remote, file, FILE_LIMIT);
      if (fetched.bytes.length > FILE_LIMIT) return await lose(wanted, 'too-large');
      await files.keep(wanted, fetched);
      logger.info({ event: 'file', file: wanted.id, lane: laneId, to: 'hosted', bytes: fetched.bytes.length });
    } catch (error) {
      if (stopping) return;
      const foreseen = error instanceof DestinationFailure;
      if (!foreseen) logger.error({ event: 'file-failed', file: wanted.id, lane: laneId, error });
      const reason = foreseen ? error.code : 'unexpected-error';
      const final = foreseen && (error.kind === 'refused' || error.kind === 'gone');
      if (final) return lose(wanted, reason);
      await again(wanted, reason, pauseAfterFailure(error, wanted.attempt, configured.delivery));
    }
  }

  async function again(wanted: FileToCopy, reason: FileLoss, pauseMs: number): Promise<void> {
    if (wanted.attempt >= TRIES) return lose(wanted, reason);
    await files.retry(wanted, reason, pauseMs);
    setTimeout(() => signal.wake(), pauseMs).unref();
  }

  async function lose(wanted: FileToCopy, reason: FileLoss): Promise<void> {
    await files.lose(wanted, reason);
    logger.warn({ event: 'file', file: wanted.id, lane: wanted.laneId, to: 'lost', reason });
  }

  function take(wanted: FileToCopy): void {
    inHand.add(wanted);
    // Should the database be away, its time comes again when the hold has ended.
    copy(wanted)
      .catch((error: unknown) => logger.error({ event: 'file-not-stored', file: wanted.id, error }))
      .finally(() => {
        inHand.delete(wanted);
        signal.wake();
      });
  }

  async function run(): Promise<void> {
    while (!stopping) {
      const free = CONCURRENCY - inHand.size;
      try {
        const claimed = free > 0 ? await files.claim(free, HOLD_MS) : [];
        for (const wanted of claimed) take(wanted);
        if (claimed.length < free || free === 0) await signal.wait(POLL_MS);
      } catch (error) {
        logger.error({ event: 'file-claim-failed', error });
        await signal.wait(AFTER_DATABASE_TROUBLE_MS);
      }
    }
  }

  const running = run();
  return {
    wake: () => signal.wake(),
    async stop() {
      stopping = true;
      signal.wake();
      await running;
      await Promise.all([...inHand].map((wanted) => files.retry(wanted, 'no-answer', 0)));
    },
  };
}
