import { createSlices } from './sliced-work.ts';

const DIGIT_BITS = 16;
const DIGITS = 1 << DIGIT_BITS;
const STEP = 1 << 16;

/** Numbers of 32 bits in ascending order, in slices: `toSorted` would hold everybody up for as long as it takes. */
export async function sortNumbers(numbers: Uint32Array): Promise<Uint32Array<ArrayBuffer>> {
  const pause = createSlices();
  let from = Uint32Array.from(numbers);
  let to = new Uint32Array(numbers.length);
  for (const shift of [0, DIGIT_BITS]) {
    const next = new Uint32Array(DIGITS + 1);
    for (let at = 0; at < from.length; at += 1) {
      const digit = ((from[at] ?? 0) >>> shift) & (DIGITS - 1);
      next[digit + 1] = (next[digit + 1] ?? 0) + 1;
      if (at % STEP === 0) await pause();
    }
    for (let digit = 0; digit < DIGITS; digit += 1) next[digit + 1] = (next[digit + 1] ?? 0) + (next[digit] ?? 0);
    for (let at = 0; at < from.length; at += 1) {
      const number = from[at] ?? 0;
      const digit = (number >>> shift) & (DIGITS - 1);
      const place = next[digit] ?? 0;
      to[place] = number;
      next[digit] = place + 1;
      if (at % STEP === 0) await pause();
    }
    [from, to] = [to, from];
  }
  return from;
}
