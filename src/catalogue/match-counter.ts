import { type FrequentWords, rankIn } from './frequent-words.ts';

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
/** The same for a column. */
const COLUMN_COST = 1;

/**
 * Finds the products that match every word of a query. Works in columns shared by all indexes of the process: a query
 * runs to its end before the next one starts.
 */
const columns = { wordsSeen: new Uint8Array(0), total: new Uint8Array(0), ofWord: new Uint8Array(0) };
let touched = new Uint32Array(0);
let kept = new Uint32Array(0);
/** One place for each sum of scores, and one more. */
const places = new Uint32Array(257);

function makeRoom(products: number): void {
  if (columns.wordsSeen.length >= products) return;
  columns.wordsSeen = new Uint8Array(products);
  columns.total = new Uint8Array(products);
  columns.ofWord = new Uint8Array(products);
  touched = new Uint32Array(products);
  kept = new Uint32Array(products);
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
  frequent: FrequentWords,
  accept: ((product: number) => boolean) | undefined,
): Uint32Array {
  makeRoom(products);
  const rarestFirst = words.toSorted((a, b) => sizeOf(a) - sizeOf(b));
  let count = 0;
  rarestFirst.forEach((stretches, round) => {
    for (const stretch of stretches) {
      const size = stretch.to - stretch.from;
      const canLookUp = round > 0 && stretch.oneWord && size > count * COLUMN_COST;
      const column = canLookUp ? frequent.column(stretch.from, stretch.to) : undefined;
      if (column) readColumn(column, stretch, round, count);
      else if (canLookUp && size > count * LOOKUP_COST) lookUpCandidates(entries, stretch, round, count);
      else count = readStretch(entries, stretch, round, count);
    }
  });
  const inOrder = rarestFirst[0]?.length === 1 && rarestFirst[0][0]?.oneWord === true;
  const found = rank(keep(count, inOrder, words.length, products, accept));
  const { wordsSeen } = columns;
  for (let at = 0; at < count; at += 1) wordsSeen[touched[at] ?? 0] = 0;
  return found;
}

function note(product: number, score: number, round: number): void {
  const { wordsSeen, total, ofWord } = columns;
  if (wordsSeen[product] === round) {
    wordsSeen[product] = round + 1;
    ofWord[product] = score;
    total[product] = (total[product] ?? 0) + score;
  } else if (score < (ofWord[product] ?? 0)) {
    total[product] = (total[product] ?? 0) - (ofWord[product] ?? 0) + score;
    ofWord[product] = score;
  }
}

/** Looks for each candidate in a frequent word's column. */
function readColumn(column: Uint8Array, { penalty }: Stretch, round: number, count: number): void {
  for (let at = 0; at < count; at += 1) {
    const product = touched[at] ?? 0;
    const rank = rankIn(column, product);
    if (rank > 0 && (columns.wordsSeen[product] ?? 0) >= round) note(product, (rank - 1) * 2 + penalty, round);
  }
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

/** Puts the candidates with all words that are accepted into `kept`, in product order. Returns how many there are. */
function keep(
  candidates: number,
  areInOrder: boolean,
  rounds: number,
  products: number,
  accept: ((product: number) => boolean) | undefined,
): number {
  const { wordsSeen } = columns;
  const isFound = (product: number): boolean => wordsSeen[product] === rounds && (accept?.(product) ?? true);
  let count = 0;
  for (let at = 0; at < candidates; at += 1) {
    const product = touched[at] ?? 0;
    if (isFound(product)) kept[count++] = product;
  }
  if (areInOrder) return count;
  if (count < SORT_BELOW) kept.subarray(0, count).sort();
  else {
    count = 0;
    for (let product = 0; product < products; product += 1) if (isFound(product)) kept[count++] = product;
  }
  return count;
}

/** The first so many of `kept` by their sums; of the same sum in the order they have. */
function rank(count: number): Uint32Array {
  const { total } = columns;
  const ranked = new Uint32Array(count);
  places.fill(0);
  let highest = 0;
  for (let at = 0; at < count; at += 1) {
    const score = total[kept[at] ?? 0] ?? 0;
    places[score + 1] = (places[score + 1] ?? 0) + 1;
    if (score > highest) highest = score;
  }
  for (let score = 1; score <= highest; score += 1) places[score] = (places[score] ?? 0) + (places[score - 1] ?? 0);
  for (let at = 0; at < count; at += 1) {
    const product = kept[at] ?? 0;
    const score = total[product] ?? 0;
    const place = places[score] ?? 0;
    places[score] = place + 1;
    ranked[place] = product;
  }
  return ranked;
}
