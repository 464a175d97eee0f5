import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createLedger, readLedgerFile } from './ledger.ts';

interface Line {
  text: string;
}

describe('Ledger', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ledger-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('numbers and dates its entries and hands out copies of the list', () => {
    const ledger = createLedger<Line>();
    ledger.append({ text: 'a' });
    ledger.entries().pop();
    ledger.append({ text: 'b' });

    expect(ledger.entries()).toMatchObject([
      { text: 'a', index: 0 },
      { text: 'b', index: 1 },
    ]);
    expect(Date.parse(ledger.entries()[0]?.at ?? '')).toBeCloseTo(Date.now(), -4);
  });

  test('a wait ends with the append that makes it true', async () => {
    const ledger = createLedger<Line>();
    const two = ledger.waitFor((entries) => entries.length === 2, { timeoutMs: 5_000 });
    ledger.append({ text: 'a' });
    ledger.append({ text: 'b' });

    await expect(two).resolves.toHaveLength(2);
    await expect(ledger.waitFor((entries) => entries.length > 0)).resolves.toHaveLength(2);
  });

  test('a wait in vain tells what is in the ledger instead', async () => {
    const ledger = createLedger<Line>();
    ledger.append({ text: 'only this one' });

    await expect(ledger.waitFor(() => false, { timeoutMs: 1 })).rejects.toThrow(
      /after 1 ms: 1 entries[^]*only this one/,
    );
  });

  test('a predicate that throws fails the wait and not the append', async () => {
    const ledger = createLedger<Line>();
    const wait = ledger.waitFor((entries) => {
      if (entries.length > 0) throw new Error('wrong question');
      return false;
    });

    expect(() => ledger.append({ text: 'a' })).not.toThrow();
    await expect(wait).rejects.toThrow('wrong question');
  });

  test('each entry is on file at once, and a reopened ledger goes on counting', () => {
    const file = join(folder, 'effects.jsonl');
    const first = createLedger<Line>(file);
    first.append({ text: 'żółw' });
    expect(readLedgerFile<Line>(file)).toEqual(first.entries());
    first.close();

    const second = createLedger<Line>(file);
    second.append({ text: 'b' });
    second.close();
    expect(readLedgerFile<Line>(file)).toMatchObject([
      { text: 'żółw', index: 0 },
      { text: 'b', index: 1 },
    ]);
  });

  test('a reader leaves out a line that is still being written', () => {
    const file = join(folder, 'effects.jsonl');
    const ledger = createLedger<Line>(file);
    ledger.append({ text: 'whole' });
    ledger.close();
    appendFileSync(file, '{"text":"ha');

    expect(readLedgerFile<Line>(file)).toMatchObject([{ text: 'whole' }]);
    expect(readLedgerFile(join(folder, 'absent.jsonl'))).toEqual([]);
  });
});
