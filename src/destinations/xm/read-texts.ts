import type { RemoteText } from '../remote-text.ts';
import { inOrder, isForPeople, keyOf, toRemoteMessage } from './from-remote.ts';
import { readBack } from './history.ts';
import type { XmSession } from './session.ts';

/** Reading a whole room for a person who waits, in ms. */
const PATIENCE_MS = 15_000;

/** What people see in the room: no notes among agents, nothing that was deleted. */
export async function readTexts(session: XmSession, chatId: string): Promise<RemoteText[]> {
  const history = await readBack(session, chatId, undefined, AbortSignal.timeout(PATIENCE_MS));
  return inOrder(history)
    .filter((message) => isForPeople(message) && !message.internal && message.deleted !== true)
    .map((message) => {
      const { author, text, sentAt, files } = toRemoteMessage(chatId, keyOf(message) ?? '', message);
      const shown = session.isOurs(message.sender?.id) ? { role: 'self' as const } : author;
      return { author: shown, text, ...(sentAt && { sentAt }), files: files.map(({ name }) => name) };
    });
}
