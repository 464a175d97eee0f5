import type { RemoteText } from '../remote-text.ts';
import type { Party } from './cursor.ts';
import { authorOf, contentOf, partyIn } from './from-remote.ts';
import { isOwn, partyOf } from './own-events.ts';
import type { ServicepatternEvent } from './wire.ts';

const SAID: readonly string[] = ['chat_session_message', 'chat_session_location', 'chat_session_file'];

/** What a chat's history shows, both sides of it. */
export function readTexts(history: readonly ServicepatternEvent[], chatId: string): RemoteText[] {
  const parties: Record<string, Party> = {};
  let connected = false;
  return history.flatMap((event): RemoteText[] => {
    if (event.event === 'chat_session_party_joined' && event.party_id !== undefined) {
      const joined = partyIn(event);
      parties[event.party_id] = joined;
      connected ||= joined.role === 'agent';
    }
    const said = SAID.includes(event.event) && contentOf(event, authorOf(partyOf(event), parties, connected));
    if (!said) return [];
    const author = isOwn(event, chatId) ? { role: 'self' as const } : said.author;
    const { text, sentAt, files } = said;
    return [{ author, text, ...(sentAt && { sentAt }), files: files.map(({ name }) => name) }];
  });
}
