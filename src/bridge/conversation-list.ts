import type { Unreadable } from './conversation-source.ts';

/** A moment as the source tells it: equal where its clock is known, the outermost readings where it is not. */
export interface Moment {
  earliest: Date;
  latest: Date;
}

/** One conversation as the source lists it. */
export interface ListedConversation {
  /** Every id that events may call it by, ours to keep first. */
  ids: readonly [string, ...string[]];
  startedAt: Moment;
  /** Absent while it is open. */
  closedAt?: Moment;
  /** Still waits for an agent: its start will be announced when there is one. */
  waiting: boolean;
  channel?: string;
  visitorId?: string;
  operatorId?: string;
}

export interface Listing {
  /** Each once, in no order; some may have begun a little before or after the time asked for. */
  listed: ListedConversation[];
  /** Entries that made no sense and were left out. */
  unreadable: number;
}

/** One conversation to ask about, by the ids we know of it. */
export interface AskedListed {
  installationId: string;
  ids: readonly string[];
  startedAt?: Date;
  visitorExternalId?: string;
}

/**
 * The source's own list of conversations, for comparing it with what events told. Reading changes nothing and may be
 * repeated. Every call throws `SourceUnavailableError` when it may succeed later.
 */
export interface ConversationList {
  /** What began between these moments. `too-many`: ask for a shorter time. */
  between(
    installationId: string,
    from: Date,
    to: Date,
  ): Promise<Listing | { refused: 'too-many' } | { unreadable: Unreadable }>;
  /** One of them as the source knows it now, its times as exact as they can be had. */
  one(asked: AskedListed): Promise<ListedConversation | { unreadable: Unreadable }>;
  /** Whether conversations of this channel are listed at all; the absence of others tells nothing. */
  lists(channel: string | undefined): boolean;
}
