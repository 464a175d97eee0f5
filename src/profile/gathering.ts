/** What one source gave; `value` stays undefined while it is under way, and for good when it failed. */
export interface Slot<Value> {
  readonly value: Value | undefined;
  /** Settles with the value, or undefined when the source failed. Never rejects. */
  readonly ready: Promise<Value | undefined>;
}

/** Sources read at the same time, for as long as the budget lasts. */
export interface Gathering {
  read<Value>(source: string, work: () => Promise<Value>): Slot<Value>;
  /** Resolves when every source is there or the budget is spent, with the names of those that are not there. */
  finish(): Promise<{ late: string[]; failed: string[] }>;
}

/** The budget, in ms, runs from this call on. */
export function startGathering(budgetMs: number): Gathering {
  const slots = new Map<string, Promise<unknown>>();
  const done = new Set<string>();
  const failed: string[] = [];
  let timer: NodeJS.Timeout | undefined;
  const spent = new Promise<void>((resolve) => (timer = setTimeout(resolve, budgetMs)));

  /** A source may bring more sources with it. */
  async function everything(): Promise<void> {
    while (done.size < slots.size) await Promise.all(slots.values());
  }

  return {
    read<Value>(source: string, work: () => Promise<Value>) {
      const slot: { value: Value | undefined; ready: Promise<Value | undefined> } = {
        value: undefined,
        ready: work().then(
          (value) => {
            slot.value = value;
            return value;
          },
          () => {
            failed.push(source);
            return undefined;
          },
        ),
      };
      slots.set(
        source,
        slot.ready.then(() => done.add(source)),
      );
      return slot;
    },
    async finish() {
      await Promise.race([spent, everything()]);
      clearTimeout(timer);
      return { late: [...slots.keys()].filter((source) => !done.has(source)), failed: [...failed] };
    },
  };
}
