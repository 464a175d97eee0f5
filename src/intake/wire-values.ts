import { z } from 'zod';
import { parseWebsiteRef } from '../installations/website-ref.ts';
import { storableText } from '../persistence/storable-text.ts';

/** The form-encoded dialect knows only text, the JSON one numbers and text: every scalar is taken in both spellings. */
export const id = z
  .union([
    z
      .string()
      .trim()
      .regex(/^[^\p{Cc}]{1,128}$/u),
    z.int().nonnegative(),
  ])
  .transform((value) => storableText(String(value)));

export const website = z.union([z.string(), z.int()]).transform((value, context) => {
  const ref = parseWebsiteRef(value);
  if (ref) return ref;
  context.addIssue({ code: 'custom', message: 'is not a website id such as 123 or ha-123' });
  return z.NEVER;
});

export const platform = z
  .string()
  .toLowerCase()
  .pipe(z.enum(['sd', 'ha']));

export const integer = z.union([z.int(), z.string().regex(/^-?\d{1,15}$/)]).transform(Number);

export const flag = z.union([z.boolean(), z.enum(['true', 'false', '1', '0'])]).transform((value) => {
  return value === true || value === 'true' || value === '1';
});

/** Words of people, or of a list that may grow. */
export const freeText = z.string().transform(storableText);

/** ISO 8601, also with Java's zone name behind it ("…Z[Etc/UTC]"). */
export const timestamp = z.string().transform((text, context) => {
  const date = new Date(text.replace(/\[[^\]]*\]$/, ''));
  // PostgreSQL's years end before JavaScript's.
  if (!Number.isNaN(date.getTime()) && Math.abs(date.getUTCFullYear()) < 10_000) return date;
  context.addIssue({ code: 'custom', message: 'is not an ISO 8601 time' });
  return z.NEVER;
});

/** The Push API's "YYYY-MM-DD HH:MM:SS" says no zone; read as UTC. */
export const zonelessTimestamp = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/)
  .transform((text) => `${text.replace(' ', 'T')}Z`)
  .pipe(timestamp);

export const ids = z.union([z.array(id), id.transform((one) => [one])]);
