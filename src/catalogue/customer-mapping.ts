import { bareName } from './field-names.ts';
import { clean, cutAtWord } from './plain-text.ts';
import type { RawItem } from './raw-item.ts';

export interface MappedCustomer {
  /** Lower case. */
  email: string | null;
  externalId: string | null;
  /** What the profile shows, in the list's order and with the list's names. */
  fields: { label: string; value: string }[];
}

/** `reason`: the entry names nobody. `notes`: it does, but something of it was left out. */
export type CustomerMapping = { customer: MappedCustomer; notes: string[] } | { id: null; reason: string };

const EMAIL_NAMES = new Set(['email', 'emailaddress', 'mail']);
const EXTERNAL_ID_NAMES = ['externalid', 'id', 'customerid'];
const MAX_FIELDS = 50;
const MAX_LABEL = 100;
const MAX_VALUE = 1_000;
const MAX_ID = 200;

/** Turns an entry of a customer list into a person. Never throws. */
export function mapCustomer(item: RawItem): CustomerMapping {
  const notes: string[] = [];
  const names = [...item.fields.keys()];
  const emailName = names.find((name) => EMAIL_NAMES.has(bareName(name)));
  const idName = EXTERNAL_ID_NAMES.map((wanted) => names.find((name) => bareName(name) === wanted)).find(Boolean);
  const given = clean(item.fields.get(emailName ?? '') ?? '').toLowerCase();
  const isEmail = /^[^\s@]+@[^\s@]+$/.test(given) && given.length <= 254;
  if (given !== '' && !isEmail) notes.push('its email is none and was left out');
  const externalId = clean(item.fields.get(idName ?? '') ?? '').slice(0, MAX_ID) || null;
  if (!isEmail && externalId === null) return { id: null, reason: 'has neither an email nor an external_id' };

  const fields = [...item.fields]
    .filter(([name]) => name !== emailName && name !== idName)
    .map(([name, value]) => ({ label: clean(name).slice(0, MAX_LABEL), value: cutAtWord(clean(value), MAX_VALUE) }))
    .filter(({ label, value }) => label !== '' && value !== '');
  if (fields.length > MAX_FIELDS) notes.push(`only its first ${MAX_FIELDS} columns were kept`);
  return { customer: { email: isEmail ? given : null, externalId, fields: fields.slice(0, MAX_FIELDS) }, notes };
}
