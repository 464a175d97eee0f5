/** Matches fewer than this are sorted; more are collected by a sweep over all products. */
const SORT_BELOW = 2048;

/** A stretch of postings that stands for one word of the query, and what a match there adds to the score. */
export interface Stretch {
  from: number;
  to: number;
  /** Added to twice the field's rank. */
  penalty: number;
  /** The entries are those of one word, so they stand in product order. */
  oneWord: boolean;
}

/** Looking one candidate up in a list costs about as much as reading this many of its entries. */
const LOOKUP_COST = 24;

/**
 * Finds the products that match every word of a query. Works in columns shared by all indexes of the process: a query
 * runs to its end before the next one starts.
 */
const columns = { wordsSeen: new Uint8Array(0), total: new Uint8Array(0), ofWord: new Uint8Array(0) };
let touched = new Uint32Array(0);

function makeRoom(products: number): void {
  if (columns.wordsSeen.length >= products) return;
  columns.wordsSeen = new Uint8Array(products);
  columns.total = new Uint8Array(products);
  columns.ofWord = new Uint8Array(products);
  touched = new Uint32Array(products);
}

const sizeOf = (stretches: readonly Stretch[]): number => stretches.reduce((sum, { from, to }) => sum + to - from, 0);

/**
 * Products that have an entry in a stretch of every word, best first: lowest sum of field ranks and penalties, then
 * feed order. `accept` leaves products out. At most 15 words.
 */
export function matchEvery(
  entries: Uint32Array,
  words: readonly (readonly Stretch[])[],
  products: number,
  accept: ((product: number) => boolean) | undefined,
): Uint32Array {
  makeRoom(products);
  const rarestFirst = words.toSorted((a, b) => sizeOf(a) - sizeOf(b));
  let count = 0;
  rarestFirst.forEach((stretches, round) => {
    for (const stretch of stretches) {
      if (round > 0 && stretch.oneWord && stretch.to - stretch.from > count * LOOKUP_COST) {
        lookUpCandidates(entries, stretch, round, count);
      } else {
        count = readStretch(entries, stretch, round, count);
      }
    }
  });
  const inOrder = rarestFirst[0]?.length === 1 && rarestFirst[0][0]?.oneWord === true;
  const found = collect(touched.subarray(0, count), inOrder, words.length, products, accept);
  const { wordsSeen } = columns;
  for (let at = 0; at < count; at += 1) wordsSeen[touched[at] ?? 0] = 0;
  return found;
}

/** Reads all entries; those of the first word become the candidates. Returns how many candidates there are now. */
function readStretch(entries: Uint32Array, { from, to, penalty }: Stretch, round: number, before: number): number {
  const { wordsSeen, total, ofWord } = columns;
  let count = before;
  for (let at = from; at < to; at += 1) {
    const entry = entries[at] ?? 0;
    const product = entry >>> 2;
    const score = (entry & 3) * 2 + penalty;
    const seen = wordsSeen[product] ?? 0;
    if (seen === round) {
      wordsSeen[product] = round + 1;
      ofWord[product] = score;
      total[product] = (round === 0 ? 0 : (total[product] ?? 0)) + score;
      if (round === 0) touched[count++] = product;
    } else if (seen === round + 1 && score < (ofWord[product] ?? 0)) {
      total[product] = (total[product] ?? 0) - (ofWord[product] ?? 0) + score;
      ofWord[product] = score;
    }
  }
  return count;
}

/** The same for few candidates and many entries: looks for each candidate by halving. */
function lookUpCandidates(entries: Uint32Array, { from, to, penalty }: Stretch, round: number, count: number): void {
  for (let at = 0; at < count; at += 1) {
    const product = touched[at] ?? 0;
    if ((columns.wordsSeen[product] ?? 0) < round) continue;
    let [low, high] = [from, to];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((entries[middle] ?? 0) >>> 2 < product) low = middle + 1;
      else high = middle;
    }
    if (low < to && (entries[low] ?? 0) >>> 2 === product) {
      readStretch(entries, { from: low, to: low + 1, penalty, oneWord: true }, round, count);
    }
  }
}

function collect(
  candidates: Uint32Array,
  areInOrder: boolean,
  rounds: number,
  products: number,
  accept: ((product: number) => boolean) | undefined,
): Uint32Array {
  const { wordsSeen, total } = columns;
  const kept = new Uint32Array(candidates.length);
  let count = 0;
  if (areInOrder || candidates.length < SORT_BELOW) {
    for (const product of candidates) if (wordsSeen[product] === rounds) kept[count++] = product;
    if (!areInOrder) kept.subarray(0, count).sort();
  } else {
    for (let product = 0; product < products; product += 1) if (wordsSeen[product] === rounds) kept[count++] = product;
  }
  const inOrder = accept === undefined ? kept.subarray(0, count) : kept.subarray(0, count).filter(accept);
  const counts = new Uint32Array(257);
  for (const product of inOrder) {
    const next = (total[product] ?? 0) + 1;
    counts[next] = (counts[next] ?? 0) + 1;
  }
  for (let score = 0; score < 256; score += 1) counts[score + 1] = (counts[score + 1] ?? 0) + (counts[score] ?? 0);
  const ranked = new Uint32Array(inOrder.length);
  for (const product of inOrder) {
    const score = total[product] ?? 0;
    const place = counts[score] ?? 0;
    counts[score] = place + 1;
    ranked[place] = product;
  }
  return ranked;
}
