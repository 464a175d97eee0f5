const LONGEST_WAIT_MS = 3_600_000;

const DELAY_SECONDS = /^\d+(\.\d+)?$/;
// `Date.parse` alone takes almost any text for a date, so only the three forms that HTTP knows get that far.
const CURRENT_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;
const RFC_850_DATE = /^[A-Z][a-z]{5,8}, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/;
const ASCTIME_DATE = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;

/**
 * Milliseconds from `now` that a `Retry-After` header asks to wait, between 0 and one hour; `undefined` when there
 * is no header or it makes no sense. Never throws.
 */
export function parseRetryAfter(value: string | undefined, now: Date): number | undefined {
  const text = value?.trim() ?? '';
  const wait = DELAY_SECONDS.test(text) ? Number(text) * 1000 : parseHttpDate(text) - now.getTime();
  if (Number.isNaN(wait)) return undefined;
  // Rounded up: a call one millisecond early is still a call before the time.
  return Math.min(Math.max(Math.ceil(wait), 0), LONGEST_WAIT_MS);
}

function parseHttpDate(text: string): number {
  if (CURRENT_DATE.test(text) || RFC_850_DATE.test(text)) return Date.parse(text);
  // This form names no zone but means UTC; without the suffix it would be read in the zone of this host.
  return ASCTIME_DATE.test(text) ? Date.parse(`${text} GMT`) : Number.NaN;
}
