const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * Splits a text into parts of at most `limit` UTF-16 units, at a line end or a space where there is one in the second
 * half of the part, and never inside what a reader sees as one character. The parts joined are the text again.
 */
export function splitText(text: string, limit: number): string[] {
  const parts: string[] = [];
  let rest = text;
  while (rest.length > limit) {
    const at = breakBefore(rest, limit);
    parts.push(rest.slice(0, at));
    rest = rest.slice(at);
  }
  return rest === '' && parts.length > 0 ? parts : [...parts, rest];
}

function breakBefore(text: string, limit: number): number {
  const window = text.slice(0, limit);
  for (const separator of ['\n', ' ']) {
    const at = window.lastIndexOf(separator) + 1;
    if (at > limit / 2) return at;
  }
  return graphemeBreak(text, limit);
}

/** The last boundary between characters at or before `limit`; a character longer than that is split between code points. */
function graphemeBreak(text: string, limit: number): number {
  let boundary = 0;
  // A few units beyond the limit tell whether a character goes on across it.
  for (const { index } of graphemes.segment(text.slice(0, limit + 64))) {
    if (index > limit) break;
    boundary = index;
  }
  if (boundary > 0) return boundary;
  const endsInHighSurrogate = /[\uD800-\uDBFF]/.test(text[limit - 1] ?? '');
  return endsInHighSurrogate && limit > 1 ? limit - 1 : limit;
}
