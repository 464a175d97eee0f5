import { DestinationFailure } from '../destinations/destination-failure.ts';
import type { RemoteText } from '../destinations/remote-text.ts';
import type { OpenConfigured } from './lane-context.ts';
import type { RemoteChatStore } from './remote-chat-store.ts';

/** A remote chat as its system shows it at this moment, or why it could not be read. */
export type LiveChat = { texts: RemoteText[] } | { failure: string };

export interface LiveChatDependencies {
  chats: RemoteChatStore;
  openConfigured: OpenConfigured;
}

/** Asks the chat system itself. Undefined when there is no chat. Changes nothing, there or here. */
export async function readLiveChat(
  lane: { id: string; installationId: string; destinationId: string },
  { chats, openConfigured }: LiveChatDependencies,
): Promise<LiveChat | undefined> {
  const chat = await chats.find(lane.id);
  if (!chat) return undefined;
  const configured = await openConfigured(lane.installationId, lane.destinationId);
  if (configured === 'removed') return { failure: 'destination-removed' };
  if (configured === 'settings-do-not-fit') return { failure: configured };
  const { destination } = configured;
  if (!destination.readTexts) return { failure: 'not-offered' };
  try {
    return {
      texts: await destination.readTexts({ ...chat, updateState: (change) => chats.updateState(lane.id, change) }),
    };
  } catch (error) {
    // Whatever it is, the rest of the timeline is worth having.
    return { failure: error instanceof DestinationFailure ? error.code : 'unexpected-error' };
  }
}
