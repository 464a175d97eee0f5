import { createHash } from 'node:crypto';
import { canonicalText } from '../destinations/canonical-text.ts';
import type { Capabilities, OpenDestination } from '../destinations/contract.ts';
import type { ChallengeStore } from './challenge-store.ts';
import type { ConversationSource, KnownConversation } from './conversation-source.ts';
import type { Lease } from './delivery.ts';
import type { Gate } from './destination-gate.ts';
import type { Identity } from './same-conversation.ts';
import type { RemoteChatStore, StoredRemoteChat } from './remote-chat-store.ts';
import type { WriteFence } from './write-fence.ts';

export type UncertainPolicy = 'hold' | 'resend' | 'skip';

/** A destination as one installation configured it. */
export interface ConfiguredDestination extends OpenDestination {
  /** Type of the chat system. */
  type: string;
  capabilities: Capabilities;
  siteLabel: string;
  /** The installation's own choice, where it made one. */
  uncertainPolicy: UncertainPolicy | undefined;
  /** How long the answers of a closing form are asked for, in ms. */
  followUpMs: number;
}

/** Opens what an installation configured. `removed`: there is no such destination any more. */
export type OpenConfigured = (
  installationId: string,
  destinationId: string,
) => Promise<ConfiguredDestination | 'removed' | 'settings-do-not-fit'>;

/** Everything that working on the head of one lane needs to know. */
export interface LaneContext {
  lease: Lease;
  configured: ConfiguredDestination;
  conversation: KnownConversation;
  chat: StoredRemoteChat | undefined;
  source: ConversationSource;
  chats: RemoteChatStore;
  challenges: ChallengeStore;
  /** A question was asked for this lane, and may have been answered. */
  hasChallenge: boolean;
  /** Asked before every call of the destination. */
  gate: Gate;
  /** Around the calls of an attempt. */
  fence: WriteFence;
  /** Whether the conversation is one that is carried under another id. Throws `SourceUnavailableError`. */
  identify(): Promise<Identity>;
  /** Reads what the remote side wrote, once more before its chat ends. */
  readLast(): Promise<void>;
  /** Keeps the visitor's tag id with the conversation. */
  rememberVisitor(uniqueId: string): Promise<void>;
}

/** Equal for texts that a chat system cannot tell apart. */
export const hashOf = (text: string): string => createHash('sha256').update(canonicalText(text)).digest('hex');
