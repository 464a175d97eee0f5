import type { z } from 'zod';

/** One connector secret. `endsAt`: the first moment it is no longer accepted; undefined = never. */
export interface SecretToken {
  /** Position in the list, 1 = newest: what logs and metrics may call it. */
  id: string;
  value: string;
  endsAt?: Date;
}

const END_DATE = /@(\d{4}-\d{2}-\d{2})$/;
const DAY_MS = 24 * 60 * 60_000;

/** zod transform of IADVIZE_SECRET_TOKENS: `secret,older-secret@2027-01-31`. Reports by position, never by value. */
export function parseSecretTokens(text: string, context: z.RefinementCtx<string>): SecretToken[] {
  return text.split(',').map((part, index) => {
    const id = String(index + 1);
    const complain = (message: string): void => context.addIssue({ code: 'custom', message });
    const date = END_DATE.exec(part.trim())?.[1];
    const value = date === undefined ? part.trim() : part.trim().slice(0, -date.length - 1);
    if (value === '') complain(`must not have an empty secret (number ${id})`);
    if (date === undefined) return { id, value };
    const lastDay = new Date(`${date}T00:00:00Z`);
    if (Number.isNaN(lastDay.getTime()) || lastDay.toISOString().slice(0, 10) !== date) {
      complain(`must end on a real date (number ${id})`);
    }
    return { id, value, endsAt: new Date(lastDay.getTime() + DAY_MS) };
  });
}
