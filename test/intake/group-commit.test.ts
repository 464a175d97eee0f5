import { describe, expect, test } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { createGroupCommit, NotWrittenInTime } from '../../src/intake/group-commit.ts';

class ItsOwnFault extends Error {}

/** A store whose statements end when the test says so. */
function createGate(mostItems = 100, mostWriting = 1, overlapAfterMs = 60_000) {
  const statements: { items: string[]; end: (error?: Error) => void }[] = [];
  const group = createGroupCommit<string, string>({
    write: (items) =>
      new Promise((resolve, reject) => {
        const end = (error?: Error): void => (error ? reject(error) : resolve(items.map((item) => `stored ${item}`)));
        statements.push({ items: [...items], end });
      }),
    keyOf: (item) => item.slice(0, 1),
    isItsOwnFault: (error) => error instanceof ItsOwnFault,
    mostItems,
    mostWriting,
    overlapAfterMs,
  });
  const commit = (item: string, patienceMs = 60_000): Promise<string> => group(item, patienceMs);
  return { commit, statements };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const started = (statements: readonly unknown[], count: number): Promise<number> =>
  eventually(
    () => statements.length,
    (length) => length === count,
  );

describe('A group commit', () => {
  test('writes what comes while another statement is on its way with one statement', async () => {
    const { commit, statements } = createGate();
    const first = commit('a');
    await started(statements, 1);
    const later = [commit('b'), commit('c'), commit('d')];
    statements[0]!.end();
    expect(await first).toBe('stored a');
    await started(statements, 2);
    expect(statements[1]!.items).toEqual(['b', 'c', 'd']);
    statements[1]!.end();
    expect(await Promise.all(later)).toEqual(['stored b', 'stored c', 'stored d']);
  });

  test('answers nobody before its own statement is done', async () => {
    const { commit, statements } = createGate();
    let answered = false;
    const stored = commit('a').then(() => (answered = true));
    await started(statements, 1);
    for (let turns = 0; turns < 5; turns += 1) await turn();
    expect(answered).toBe(false);
    statements[0]!.end();
    expect(await stored).toBe(true);
  });

  test('never writes two of one key with one statement', async () => {
    const { commit, statements } = createGate();
    const all = ['a1', 'a2', 'b1', 'a3'].map((item) => commit(item));
    await started(statements, 1);
    expect(statements[0]!.items).toEqual(['a1', 'b1']);
    statements[0]!.end();
    await started(statements, 2);
    expect(statements[1]!.items).toEqual(['a2']);
    statements[1]!.end();
    await started(statements, 3);
    statements[2]!.end();
    expect(await Promise.all(all)).toEqual(['stored a1', 'stored a2', 'stored b1', 'stored a3']);
  });

  test('keeps to its limits of rows and of statements on their way', async () => {
    const { commit, statements } = createGate(2, 2, 5);
    const all = ['a', 'b', 'c', 'd', 'e'].map((item) => commit(item));
    await started(statements, 2);
    await turn();
    expect(statements.map(({ items }) => items)).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    statements[1]!.end();
    await started(statements, 3);
    statements.forEach(({ end }) => end());
    await Promise.all(all);
  });

  test('writes one statement after the other while that is fast', async () => {
    const { commit, statements } = createGate(100, 3);
    const first = commit('a');
    await started(statements, 1);
    const later = commit('b');
    for (let turns = 0; turns < 20; turns += 1) await turn();
    expect(statements).toHaveLength(1);
    statements[0]!.end();
    await started(statements, 2);
    statements[1]!.end();
    expect(await Promise.all([first, later])).toEqual(['stored a', 'stored b']);
  });

  test('overtakes statements that take long, as many as it may have on their way', async () => {
    const { commit, statements } = createGate(100, 3, 5);
    const stuck = [];
    for (const [index, item] of ['a', 'b', 'c'].entries()) {
      stuck.push(commit(item));
      await started(statements, index + 1);
    }
    const next = commit('d');
    statements[1]!.end();
    await started(statements, 4);
    statements[3]!.end();
    expect(await Promise.all([stuck[1], next])).toEqual(['stored b', 'stored d']);
    statements.forEach(({ end }) => end());
    await Promise.all(stuck);
  });

  test('lets only the item fail that is at fault', async () => {
    const { commit, statements } = createGate();
    const all = Promise.allSettled(['a', 'b', 'c'].map((item) => commit(item)));
    await started(statements, 1);
    statements[0]!.end(new ItsOwnFault());
    for (const [index, error] of [undefined, new ItsOwnFault('b'), undefined].entries()) {
      await started(statements, index + 2);
      statements[index + 1]!.end(error);
    }
    expect((await all).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  test('fails all of a statement that could not be written, and goes on', async () => {
    const { commit, statements } = createGate();
    const all = Promise.allSettled(['a', 'b'].map((item) => commit(item)));
    await started(statements, 1);
    statements[0]!.end(new Error('the database is away'));
    expect((await all).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const next = commit('c');
    await started(statements, 2);
    statements[1]!.end();
    expect(await next).toBe('stored c');
  });

  test('keeps nobody longer than they have time, and never writes what was given up', async () => {
    const { commit, statements } = createGate();
    const underWay = expect(commit('a1', 20)).rejects.toThrow(NotWrittenInTime);
    await started(statements, 1);
    // Behind a statement that hangs, and behind the one of its own key.
    const waiting = ['b', 'a2'].map((item) => expect(commit(item, 20)).rejects.toThrow(NotWrittenInTime));
    await Promise.all([underWay, ...waiting]);
    const next = commit('c');
    statements[0]!.end();
    await started(statements, 2);
    expect(statements[1]!.items).toEqual(['c']);
    statements[1]!.end();
    expect(await next).toBe('stored c');
  });
});
