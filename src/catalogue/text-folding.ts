/** Letters that no Unicode decomposition takes apart, in lower case. */
const BEYOND_DECOMPOSITION: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ħ: 'h',
  ŧ: 't',
  ŋ: 'n',
  ı: 'i',
  ĸ: 'k',
  ς: 'σ',
  ə: 'e',
};
const SPECIAL = new RegExp(`[${Object.keys(BEYOND_DECOMPOSITION).join('')}]`, 'g');
const ASCII_ONLY = /^[\x00-\x7f]*$/;
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;

/** Text as it is compared: lower case, without accents, ligatures and barred letters taken apart. */
export function foldText(text: string): string {
  const lower = text.toLowerCase();
  if (ASCII_ONLY.test(lower)) return lower;
  return lower
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(SPECIAL, (letter) => BEYOND_DECOMPOSITION[letter] ?? letter);
}

/** In place of a folded code unit: it stands between words, or it folds to other than one unit. */
export const BETWEEN_WORDS = 0;
const SEVERAL_UNITS = 1;
const NOT_KNOWN_YET = 2;
const foldedUnits = new Uint16Array(0x10000).fill(NOT_KNOWN_YET);

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

function learnUnit(unit: number): number {
  const folded = foldText(String.fromCharCode(unit));
  if (isSurrogate(unit)) return SEVERAL_UNITS;
  if (folded.length !== 1) return SEVERAL_UNITS;
  return LETTER_OR_DIGIT.test(folded) ? folded.charCodeAt(0) : BETWEEN_WORDS;
}

/**
 * One code unit as `foldText` and `splitWords` see it: `BETWEEN_WORDS`, the unit it folds to, or undefined where a
 * single unit does not tell. A table, because an import has a hundred million of them.
 */
export function foldUnit(unit: number): number | undefined {
  let folded = foldedUnits[unit] ?? BETWEEN_WORDS;
  if (folded === NOT_KNOWN_YET) {
    folded = learnUnit(unit);
    foldedUnits[unit] = folded;
  }
  return folded === SEVERAL_UNITS ? undefined : folded;
}

function isPartOfWord(unit: number): boolean {
  // Halves of a surrogate pair stay in the word: letters beyond the basic plane are rare, and never break one.
  return isSurrogate(unit) || foldUnit(unit) !== BETWEEN_WORDS;
}

/** The runs of letters and digits of a folded text, in order. A loop, because an import has millions of them. */
export function splitWords(folded: string): string[] {
  const words: string[] = [];
  let start = -1;
  for (let at = 0; at < folded.length; at += 1) {
    if (isPartOfWord(folded.charCodeAt(at))) {
      if (start < 0) start = at;
    } else if (start >= 0) {
      words.push(folded.slice(start, at));
      start = -1;
    }
  }
  if (start >= 0) words.push(folded.slice(start));
  return words;
}

/** A reference as it is compared: "AB-12/3", "ab 12 3" and "ab123" are the same. */
export function squashReference(text: string): string {
  return splitWords(foldText(text)).join('');
}
