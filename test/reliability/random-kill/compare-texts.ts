export interface Comparison {
  lost: string[];
  doubled: string[];
  /** Those that came after one that belongs behind them. */
  inverted: string[];
}

/** What is missing of `wanted` in `seen`, what is there too often or should not be there, and what is out of order. */
export function compareTexts(wanted: readonly string[], seen: readonly string[]): Comparison {
  const places = new Map<string, number[]>();
  wanted.forEach((text, place) => places.set(text, [...(places.get(text) ?? []), place]));
  const doubled: string[] = [];
  const inverted: string[] = [];
  let furthest = -1;
  for (const text of seen) {
    const place = places.get(text)?.shift();
    if (place === undefined) doubled.push(text);
    else if (place < furthest) inverted.push(text);
    else furthest = place;
  }
  const lost = [...places].flatMap(([text, left]) => left.map(() => text));
  return { lost, doubled, inverted };
}
