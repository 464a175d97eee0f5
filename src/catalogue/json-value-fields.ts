/** Names under which an object carries an amount, and those under which it carries a name. */
const AMOUNTS = ['value', 'amount'];
const NAMES = ['name', 'title', 'label', 'url', 'link', 'src'];

/**
 * The members of a JSON item as text. An amount of money as an object (`{"value": "9.90", "currency": "EUR"}`) becomes
 * "9.90 EUR"; of a list, `join` or the first entry; what has no text is left out.
 */
export function fieldsOfJson(item: object, list: 'first' | 'join'): Map<string, string> {
  const fields = new Map<string, string>();
  for (const [name, value] of Object.entries(item)) {
    const text = textOf(value, list);
    if (text !== '') fields.set(name, text);
  }
  return fields;
}

function textOf(value: unknown, list: 'first' | 'join'): string {
  if (typeof value === 'string') return value.trim();
  if (typeof value === 'number') return list === 'first' ? numberText(value) : String(value);
  if (typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) {
    const texts = value.map((entry) => textOf(entry, list)).filter((text) => text !== '');
    return list === 'first' ? (texts[0] ?? '') : texts.join(', ');
  }
  if (typeof value !== 'object' || value === null) return '';
  const members = value as Record<string, unknown>;
  const amount = AMOUNTS.map((name) => plainAmount(members[name])).find((text) => text !== '');
  if (amount !== undefined) return `${amount} ${plain(members['currency'])}`.trim();
  return NAMES.map((name) => plain(members[name])).find((text) => text !== '') ?? '';
}

/** A number has no thousands separators: with a fourth decimal 1.299 cannot be taken for "1.299", which may be 1299. */
const numberText = (value: number): string => String(value).replace(/\.\d{3}$/, '$&0');

const plainAmount = (value: unknown): string => (typeof value === 'number' ? numberText(value) : plain(value));

const plain = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
