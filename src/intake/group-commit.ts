/** Writes many things with one statement and one commit. */
export interface GroupCommitOptions<Item, Result> {
  /** Commits all of them or none; answers in the order of `items`. Their keys differ. */
  write(items: readonly Item[]): Promise<Result[]>;
  /** Two items of one key are never written together. */
  keyOf(item: Item): string;
  /** Whether the fault lies in one of the items: then each is written alone, so that only that one fails. */
  isItsOwnFault(error: unknown): boolean;
  mostItems: number;
  /** Statements on their way at once, at most. */
  mostWriting: number;
  /** Who waits so long behind a statement that is on its way gets another one. */
  overlapAfterMs: number;
}

interface Waiting<Item, Result> {
  item: Item;
  /** Nobody waits for it any more. */
  givenUp: boolean;
  resolve(result: Result): void;
  reject(error: Error): void;
}

/** Nobody knows whether it was written: it was not done in the time that it had. */
export class NotWrittenInTime extends Error {}

/**
 * Whoever comes while nothing is being written is written at once; who comes meanwhile shares the next statement. So a
 * quiet service waits for nothing, and a busy one commits once for many: one statement after the other, for two at a time
 * would be half as full each and cost nearly as much. Only where one takes long, because the disk is slow or the
 * connection hangs, or where more wait than one can hold, do others overtake it. Resolves when the item's own commit is
 * done, and throws `NotWrittenInTime` when `patienceMs` have passed before that: what still waited by then is never
 * written, so that a store which hangs keeps nobody longer than that, and no more than comes in that time.
 */
export function createGroupCommit<Item, Result>(options: GroupCommitOptions<Item, Result>) {
  const { keyOf, mostItems, mostWriting, overlapAfterMs } = options;
  let waiting: Waiting<Item, Result>[] = [];
  let writing = 0;
  let overlapping: NodeJS.Timeout | undefined;

  function takeBatch(): Waiting<Item, Result>[] {
    const keys = new Set<string>();
    const batch: Waiting<Item, Result>[] = [];
    const rest: Waiting<Item, Result>[] = [];
    for (const one of waiting) {
      if (one.givenUp) continue;
      const key = keyOf(one.item);
      if (batch.length < mostItems && !keys.has(key)) {
        keys.add(key);
        batch.push(one);
      } else rest.push(one);
    }
    waiting = rest;
    return batch;
  }

  async function writeAlone(one: Waiting<Item, Result>): Promise<void> {
    try {
      const [result] = await options.write([one.item]);
      one.resolve(result as Result);
    } catch (error) {
      one.reject(error as Error);
    }
  }

  async function writeBatch(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await options.write(batch.map(({ item }) => item));
      batch.forEach((one, index) => one.resolve(results[index] as Result));
    } catch (error) {
      if (batch.length > 1 && options.isItsOwnFault(error)) {
        for (const one of batch) await writeAlone(one);
      } else batch.forEach((one) => one.reject(error as Error));
    }
  }

  function writeNext(): void {
    const batch = takeBatch();
    if (batch.length === 0) return;
    writing += 1;
    void writeBatch(batch).finally(() => {
      writing -= 1;
      pump();
    });
  }

  function pump(): void {
    clearTimeout(overlapping);
    if (writing === 0) writeNext();
    while (writing < mostWriting && waiting.length >= mostItems) writeNext();
    if (writing < mostWriting && waiting.length > 0) overlapping = setTimeout(overlap, overlapAfterMs);
  }

  function overlap(): void {
    writeNext();
    pump();
  }

  return (item: Item, patienceMs: number): Promise<Result> =>
    new Promise((resolve, reject) => {
      const giveUp = (): void => {
        one.givenUp = true;
        reject(new NotWrittenInTime(`Not written within ${Math.round(patienceMs)} ms`));
      };
      const timer = setTimeout(giveUp, patienceMs);
      const one: Waiting<Item, Result> = {
        item,
        givenUp: false,
        resolve(result) {
          clearTimeout(timer);
          resolve(result);
        },
        reject(error) {
          clearTimeout(timer);
          reject(error);
        },
      };
      waiting.push(one);
      // A turn later, so that all requests of this turn of the event loop go together.
      if (waiting.length === 1) setImmediate(pump);
    });
}
