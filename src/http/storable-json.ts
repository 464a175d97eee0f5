import { HttpError } from './errors.ts';

const MAX_DEPTH = 32;

/**
 * Refuses what no settings hold and the database cannot: nesting without end, NUL, and half of a surrogate pair. Throws
 * 422; walks without recursion, since the depth is the caller's.
 */
export function assertStorable(value: unknown): void {
  const open: { value: unknown; depth: number }[] = [{ value, depth: 0 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { value: current, depth } = next;
    if (typeof current === 'string') assertText(current);
    if (typeof current !== 'object' || current === null) continue;
    if (depth >= MAX_DEPTH) throw new HttpError('invalid-input', `The body is nested more than ${MAX_DEPTH} deep.`);
    for (const [key, member] of Object.entries(current)) {
      assertText(key);
      open.push({ value: member, depth: depth + 1 });
    }
  }
}

function assertText(text: string): void {
  if (text.includes('\0') || !text.isWellFormed()) {
    throw new HttpError('invalid-input', 'The body holds a text with NUL or half of a surrogate pair. Take it out.');
  }
}
