import type { VisitorDetails } from '../destinations/contract.ts';

/** Who wrote a message of the conversation. `notice`: nobody, the connector says it. */
export type Author = 'visitor' | 'agent' | 'notice';

/** What the bridge knows of a conversation when it asks the source about it. */
export interface KnownConversation {
  id: string;
  installationId: string;
  /** The source's own id of it. */
  sourceId: string;
  channel?: string;
  visitorId?: string;
  visitorExternalId?: string;
  operatorId?: string;
  /** More than one agent took part. */
  severalAgents: boolean;
  startedAt?: Date;
  closedAt?: Date;
}

/** One entry of the source's transcript, in its order. */
export interface TranscriptEntry {
  author: Author;
  /** The agent's name, where it is known. */
  name?: string;
  text: string;
}

/** What the agent answered in the closing form, for people: in the form's order, by its labels, unanswered fields left out. */
export interface ClosingAnswers {
  /** False while nothing was submitted yet, as far as the source can tell. */
  submitted: boolean;
  lines: { label: string; value: string }[];
  /** The agent asked for a ticket. */
  ticket: boolean;
}

/** Why something cannot be read however often it is asked for. */
export type Unreadable = 'no-credentials' | 'credentials-refused' | 'not-found' | 'no-matching-id' | 'bad-answer';

/**
 * Where the bridge reads what events do not carry. Reading changes nothing and may be repeated. Every call throws
 * `SourceUnavailableError` when it may succeed later.
 */
export interface ConversationSource {
  visitor(conversation: KnownConversation): Promise<{ details: VisitorDetails } | { unreadable: Unreadable }>;
  transcript(conversation: KnownConversation): Promise<{ entries: TranscriptEntry[] } | { unreadable: Unreadable }>;
  closingAnswers(conversation: KnownConversation): Promise<ClosingAnswers | { unreadable: Unreadable }>;
  /** Further ids that events may call the conversation by; none when the source cannot tell. */
  otherIds(conversation: KnownConversation): Promise<string[]>;
  /** The agent's name, or undefined. Never throws: a name is not worth waiting for. */
  operatorName(installationId: string, operatorId: string): Promise<string | undefined>;
}

export class SourceUnavailableError extends Error {
  /** How long the source asked to be left alone, in ms. */
  readonly retryAfterMs: number | undefined;

  constructor(
    message: string,
    { retryAfterMs, ...options }: ErrorOptions & { retryAfterMs?: number | undefined } = {},
  ) {
    super(message, options);
    this.retryAfterMs = retryAfterMs;
  }
}
