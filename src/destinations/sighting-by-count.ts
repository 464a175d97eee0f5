import type { DoubtfulText, Sighting } from './contract.ts';

/** What it says of a message in doubt that a whole transcript shows its text so many times. */
export function sightingByCount(equal: number, { equalBefore, maybeBefore }: DoubtfulText): Sighting {
  if (equal > equalBefore + maybeBefore) return 'sent';
  return equal > equalBefore ? 'cannotTell' : 'notSent';
}
