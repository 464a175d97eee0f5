import { foldText } from './text-folding.ts';

/** Latin letters with their marks: what feeds in the languages of iAdvize's clients are written in. */
const [FIRST_MARKED, LAST_MARKED] = [0x00c0, 0x024f];
/** Folded text -> everything that folds to it, for PostgreSQL's `[…]`. */
const spellings = new Map<string, string>();
for (let code = FIRST_MARKED; code <= LAST_MARKED; code += 1) {
  const letter = String.fromCharCode(code);
  const folded = foldText(letter);
  if (folded !== letter) spellings.set(folded, (spellings.get(folded) ?? '') + letter);
}

/**
 * A regular expression of PostgreSQL (for `~*`) that finds a folded word in unfolded text: from the start of a word, and
 * to its end unless it is a prefix.
 */
export function wordPattern(word: string, asPrefix: boolean): string {
  let pattern = '';
  for (let at = 0; at < word.length; at += 1) {
    const letter = word.charAt(at);
    const pair = spellings.get(word.slice(at, at + 2));
    if (pair !== undefined && word.length > at + 1) {
      pattern += `(${escaped(letter)}${escaped(word.charAt(at + 1))}|[${pair}])`;
      at += 1;
    } else {
      const marked = spellings.get(letter);
      pattern += marked === undefined ? escaped(letter) : `[${letter}${marked}]`;
    }
  }
  return `\\m${pattern}${asPrefix ? '' : '\\M'}`;
}

/** A folded word holds letters and digits only; this is for the day it does not. */
function escaped(letter: string): string {
  return /[\p{L}\p{N}]/u.test(letter) ? letter : `\\${letter}`;
}
