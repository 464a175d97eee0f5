import { isMsgIdOfOurs } from './to-remote.ts';
import type { ServicepatternEvent } from './wire.ts';

/** Who an event is from; old servers name the party of a file `session_id` (contract 3.2). */
export const partyOf = (event: ServicepatternEvent): string | undefined => event.party_id ?? event.session_id;

/**
 * Whether the visitor's side wrote it, which is us: the party is the chat itself (contract 3.2). An event without a party
 * is ours when its id is, and when it has none, since the server gives one to its own.
 */
export function isOwn(event: ServicepatternEvent, chatId: string): boolean {
  const party = partyOf(event);
  if (party !== undefined && party !== '') return party.toLowerCase() === chatId.toLowerCase();
  return event.msg_id === undefined || event.msg_id === '' || isMsgIdOfOurs(event.msg_id, chatId);
}
