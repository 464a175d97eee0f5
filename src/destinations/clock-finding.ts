import type { OutgoingResponse } from '../outgoing/outgoing-request.ts';
import { fault, type Finding } from './finding.ts';

const SECONDS_UP_TO_MS = 120_000;

/**
 * Nothing while the system's clock and ours agree within `limitMs`, or it names no time. A `Date` header has whole
 * seconds only, and the answer took its time. `title`: what people call the system; `so`: what follows from it.
 */
export function clockFindings(
  { headers }: OutgoingResponse,
  now: Date,
  { title, limitMs, so }: { title: string; limitMs: number; so: string },
): Finding[] {
  const aheadMs = Date.parse(headers['date'] ?? '') - now.getTime();
  const offMs = Math.abs(aheadMs);
  if (!(offMs > limitMs)) return [];
  const off = offMs < SECONDS_UP_TO_MS ? `${Math.round(offMs / 1000)} s` : `${Math.round(offMs / 60_000)} minutes`;
  const sentence = `${title}'s clock is ${off} ${aheadMs > 0 ? 'ahead of' : 'behind'} ours, so ${so}. Set the clock of this host; if it is right, tell the vendor.`;
  return [fault('', 'clock-skew', sentence)];
}
