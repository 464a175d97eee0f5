import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';

export type LedgerEntry<Entry extends object> = Entry & { at: string; index: number };

export interface Ledger<Entry extends object> {
  append: (entry: Entry) => LedgerEntry<Entry>;
  entries: () => LedgerEntry<Entry>[];
  waitFor: (
    predicate: (entries: LedgerEntry<Entry>[]) => boolean,
    options?: { timeoutMs?: number },
  ) => Promise<LedgerEntry<Entry>[]>;
  close: () => void;
}

const DEFAULT_WAIT_MS = 5_000;
const DESCRIBED_ENTRIES = 10;
const DESCRIBED_CHARACTERS = 200;

export function createLedger<Entry extends object>(file?: string): Ledger<Entry> {
  // A ledger that is opened again goes on counting where the file ends, so an index stays unique across restarts.
  const list: LedgerEntry<Entry>[] = file === undefined ? [] : readLedgerFile<Entry>(file);
  const wakeUps = new Set<() => void>();
  let descriptor = file === undefined ? undefined : openSync(file, 'a');

  const entries = (): LedgerEntry<Entry>[] => [...list];

  return {
    entries,
    append(entry) {
      const numbered = { ...entry, at: new Date().toISOString(), index: list.length };
      if (descriptor !== undefined) writeSync(descriptor, `${JSON.stringify(numbered)}\n`);
      list.push(numbered);
      for (const wakeUp of [...wakeUps]) wakeUp();
      return numbered;
    },
    waitFor(predicate, { timeoutMs = DEFAULT_WAIT_MS } = {}) {
      return new Promise((resolve, reject) => {
        const settle = (finish: () => void): void => {
          wakeUps.delete(look);
          clearTimeout(timer);
          finish();
        };
        const look = (): void => {
          // The predicate runs inside somebody else's append: what it throws belongs to the one who waits.
          try {
            if (predicate(entries())) settle(() => resolve(entries()));
          } catch (error) {
            settle(() => reject(error instanceof Error ? error : new Error(String(error))));
          }
        };
        const timer = setTimeout(
          () =>
            settle(() => reject(new Error(`Nothing fitting in the ledger after ${timeoutMs} ms: ${describe(list)}`))),
          timeoutMs,
        );
        wakeUps.add(look);
        look();
      });
    },
    close() {
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  };
}

/** For a reader in another process: a last line that is still being written is left out. */
export function readLedgerFile<Entry extends object>(file: string): LedgerEntry<Entry>[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as LedgerEntry<Entry>);
}

function describe(list: object[]): string {
  const lines = list
    .slice(-DESCRIBED_ENTRIES)
    .map((entry) => `\n  ${JSON.stringify(entry).slice(0, DESCRIBED_CHARACTERS)}`);
  return `${list.length} entries${list.length > DESCRIBED_ENTRIES ? `, the last ${DESCRIBED_ENTRIES}` : ''}${lines.join('')}`;
}
