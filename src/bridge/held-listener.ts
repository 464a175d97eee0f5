import type { ListenerMemory, ReadingOutcome } from './listener-reading.ts';
import { type ListenerLease, ListenerLostError } from './listener-store.ts';

/** Why a listener stops without having finished: its store must not happen, or need not. */
export class ListeningStopped extends Error {}

export type HeldEnd = 'over' | 'lost' | 'stopped' | 'yielded';

export interface HeldListener {
  readonly lease: ListenerLease;
  /** By this process's own clock, `performance.now()`. */
  readonly heldSince: number;
  /** The newest hint it has acted on or is going to act on. */
  hintedAt: string | null;
  /** There is something to read: ends a pause, or leaves out the next one. Not after a failure. */
  hint(): void;
  /** Gives its place away as soon as it is not reading. */
  yield(): void;
  /** Gives up at once what it is reading. */
  abort(): void;
  /** How it ended; never rejects. */
  readonly done: Promise<HeldEnd>;
}

export interface HeldListenerParts {
  read(lease: ListenerLease, memory: ListenerMemory, signal: AbortSignal): Promise<ReadingOutcome>;
  /** For the log line. */
  onRead(lease: ListenerLease, outcome: ReadingOutcome): void;
  /** Our own database failed. */
  onTrouble(lease: ListenerLease, error: unknown): void;
  /** Pause after such trouble, in ms. */
  troublePauseMs: number;
}

/** Reads again and again, one reading at a time, until nothing is left to read or somebody stops it. */
export function holdListener(lease: ListenerLease, parts: HeldListenerParts): HeldListener {
  const stopping = new AbortController();
  const memory: ListenerMemory = { failures: lease.failures, readWell: new Set(), opened: new Map() };
  let hinted = false;
  let yielding = false;
  let pausing: { end: () => void; byHint: boolean } | undefined;

  function pause(ms: number, byHint: boolean): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        pausing = undefined;
        resolve();
      };
      const timer = setTimeout(end, ms);
      pausing = { end, byHint };
    });
  }

  async function pauseAfter({ pauseMs, failure }: ReadingOutcome): Promise<void> {
    const failed = failure !== undefined;
    if (hinted && !failed) return;
    if (pauseMs > 0 && !yielding && !stopping.signal.aborted) await pause(pauseMs, !failed);
  }

  async function turn(): Promise<HeldEnd | undefined> {
    hinted = false;
    try {
      const outcome = await parts.read(lease, memory, stopping.signal);
      parts.onRead(lease, outcome);
      if (outcome.over) return 'over';
      await pauseAfter(outcome);
    } catch (error) {
      if (stopping.signal.aborted) return 'stopped';
      if (error instanceof ListenerLostError) return 'lost';
      parts.onTrouble(lease, error);
      await pause(parts.troublePauseMs, false);
    }
    return undefined;
  }

  async function run(): Promise<HeldEnd> {
    for (;;) {
      const end = await turn();
      if (end) return end;
      if (stopping.signal.aborted) return 'stopped';
      if (yielding) return 'yielded';
    }
  }

  return {
    lease,
    heldSince: performance.now(),
    hintedAt: lease.hintedAt,
    hint() {
      hinted = true;
      if (pausing?.byHint) pausing.end();
    },
    yield() {
      yielding = true;
      pausing?.end();
    },
    abort() {
      stopping.abort(new ListeningStopped('listening was stopped'));
      pausing?.end();
    },
    done: run(),
  };
}
