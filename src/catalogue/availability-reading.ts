/** What can be ordered now counts as available: an agent may sell it, though it comes later. */
const AVAILABLE = new Set(
  (
    'instock available true 1 yes y preorder presale backorder onbackorder limitedavailability onlineonly ' +
    'instoreonly'
  ).split(' '),
);
const UNAVAILABLE = new Set('outofstock unavailable notavailable soldout discontinued false 0 no n'.split(' '));

/** Reads Google's words, schema.org's addresses, truth values and stock counts; null when it says nothing we know. */
export function readAvailability(text: string): boolean | null {
  const word = text
    .trim()
    .toLowerCase()
    .replace(/^https?:\/\/schema\.org\//, '')
    .replace(/[\s_-]/g, '');
  if (AVAILABLE.has(word)) return true;
  if (UNAVAILABLE.has(word)) return false;
  return /^\d+(\.\d+)?$/.test(word) ? Number(word) > 0 : null;
}
