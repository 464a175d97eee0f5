import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { isDatabaseFault } from '../../src/persistence/database-faults.ts';
import { createTurnstile, NoPlaceInTime } from '../../src/persistence/turnstile.ts';

/** Work that ends when it is told to. */
function work() {
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const piece = (number: number) => async (): Promise<number> => {
    begun.push(number);
    await new Promise<void>((resolve) => (ends[number] = resolve));
    return number;
  };
  return { begun, piece, end: (number: number) => ends[number]?.() };
}

describe('A turnstile', () => {
  test('lets so many in, and the others in their order, each when a place becomes free', async () => {
    const { begun, piece, end } = work();
    const inTurn = createTurnstile(2);
    const all = [0, 1, 2, 3].map((number) => inTurn(piece(number)));
    expect(begun).toEqual([0, 1]);
    end(1);
    expect(await all[1]).toBe(1);
    await Promise.resolve();
    expect(begun).toEqual([0, 1, 2]);
    end(0);
    end(2);
    await Promise.all([all[0], all[2]]);
    end(3);
    expect(await all[3]).toBe(3);
  });

  test('passes a place on when the work in it fails', async () => {
    const inTurn = createTurnstile(1);
    const failed = inTurn(() => Promise.reject(new Error('no')));
    const next = inTurn(() => Promise.resolve('yes'));
    await expect(failed).rejects.toThrow('no');
    expect(await next).toBe('yes');
  });

  test('keeps nobody longer than its patience: that work is never begun, and takes no place later', async () => {
    const { begun, piece, end } = work();
    const inTurn = createTurnstile(1, 20);
    const first = inTurn(piece(0));
    const error: unknown = await inTurn(piece(1)).catch((failure: unknown) => failure);
    expect(error).toBeInstanceOf(NoPlaceInTime);
    expect(isDatabaseFault(error)).toBe(true);
    end(0);
    await first;
    const third = inTurn(piece(2));
    expect(begun).toEqual([0, 2]);
    end(2);
    await third;
  });

  test('does not lose patience with what has begun', async () => {
    const inTurn = createTurnstile(1, 10);
    const first = inTurn(() => pause(5, 'first'));
    const second = inTurn(() => pause(40, 'second'));
    expect(await Promise.all([first, second])).toEqual(['first', 'second']);
  });
});
