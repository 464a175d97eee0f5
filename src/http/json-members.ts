/** A string, number or boolean of a JSON value, and the names that lead to it, joined by points. */
export interface JsonMember {
  path: string;
  text: string;
}

/** Of longer ones the end tells enough. */
const LONGEST_PATH = 200;

/** Every member, however deep. Without recursion: what a stranger sent may be nested as deep as it is long. */
export function* membersOf(value: unknown): Generator<JsonMember> {
  const waiting: { value: unknown; path: string }[] = [{ value, path: '' }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value: member, path } = next;
    if (typeof member === 'object' && member !== null) {
      for (const [name, inner] of Object.entries(member)) {
        const longer = Array.isArray(member) ? path : `${path}.${name}`.slice(-LONGEST_PATH);
        waiting.push({ value: inner, path: longer });
      }
    } else if (typeof member === 'string' || typeof member === 'number' || typeof member === 'boolean') {
      yield { path, text: String(member) };
    }
  }
}
