import type { OutgoingResponse } from './outgoing-request.ts';

/** What asks for more is a mistake rather than a wish: a lane must not stand still for good because of one header. */
const LONGEST_WAIT_MS = 24 * 3_600_000;

const DELAY_SECONDS = /^\d+(\.\d+)?$/;
// `Date.parse` alone takes almost any text for a date, so only the three forms that HTTP knows get that far.
const CURRENT_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;
const RFC_850_DATE = /^[A-Z][a-z]{5,8}, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/;
const ASCTIME_DATE = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;

/**
 * Milliseconds from the arrival of an answer that its `Retry-After` header asks to wait, between 0 and one day;
 * `undefined` when there is no header or it makes no sense. A date is counted from the answer's own `Date`, so that it
 * matters neither how wrong our clock goes nor theirs; from `hostTime` only where it has none. Never throws.
 */
export function retryAfterOf(
  { headers }: Pick<OutgoingResponse, 'headers'>,
  hostTime: Date = new Date(),
): number | undefined {
  const text = headers['retry-after']?.trim() ?? '';
  const wait = DELAY_SECONDS.test(text) ? Number(text) * 1000 : parseHttpDate(text) - sentAt(headers, hostTime);
  if (Number.isNaN(wait)) return undefined;
  // Rounded up: a call one millisecond early is still a call before the time.
  return Math.min(Math.max(Math.ceil(wait), 0), LONGEST_WAIT_MS);
}

function sentAt(headers: OutgoingResponse['headers'], hostTime: Date): number {
  const told = parseHttpDate(headers['date']?.trim() ?? '');
  return Number.isNaN(told) ? hostTime.getTime() : told;
}

function parseHttpDate(text: string): number {
  if (CURRENT_DATE.test(text) || RFC_850_DATE.test(text)) return Date.parse(text);
  // This form names no zone but means UTC; without the suffix it would be read in the zone of this host.
  return ASCTIME_DATE.test(text) ? Date.parse(`${text} GMT`) : Number.NaN;
}
