import { DestinationFailure } from '../destination-failure.ts';
import type { RemoteText } from '../remote-text.ts';
import type { ThuliumSettings } from './definition.ts';
import { readFiles } from './remote-files.ts';
import { readTranscript } from './transcript.ts';
import type { ThuliumChat } from './wire.ts';

/** What a chat of the list shows. With an `externalChatbotId` our own texts stand there as a bot's. */
export function readTexts(chat: ThuliumChat | undefined, settings: ThuliumSettings): RemoteText[] {
  const transcript = chat && readTranscript(chat, settings);
  if (!transcript) throw new DestinationFailure('notSent', 'unavailable');
  const files = readFiles(chat, transcript, settings);
  return transcript.map(({ id, author: role, agent, text = '', sentAt }) => ({
    author: { role, ...(role === 'agent' && agent !== undefined && { name: agent }) },
    text,
    ...(sentAt && { sentAt }),
    files: files.filter(({ messageId }) => messageId !== undefined && messageId === id).map(({ name }) => name),
  }));
}
