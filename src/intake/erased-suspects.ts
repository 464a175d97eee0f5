import { membersOf } from '../http/json-members.ts';
import { anyDigests } from '../persistence/erased-digests.ts';

/** More ids than this are in no event. */
const MOST_IDS = 40;

/**
 * Digests of whatever in the body may be the id of a visitor or a conversation: the planner, who forgets what comes late of
 * somebody who was erased, never sees an event that nothing is done about.
 */
export function erasedSuspects(body: Uint8Array): string[] {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(body).toString());
  } catch {
    return [];
  }
  const digests: string[] = [];
  for (const { path, text } of membersOf(value)) {
    if (digests.length >= 2 * MOST_IDS) break;
    if (/visitor|conversation/i.test(path)) digests.push(...anyDigests(text).map((digest) => digest.toString('hex')));
  }
  return digests;
}
