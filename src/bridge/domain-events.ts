/** What the outside told us, in the bridge's own words. Ids are the sender's, as text. */
export type DomainEvent =
  | ConversationStarted
  | ConversationClosed
  | SatisfactionAnswered
  | VisitorUpdated
  | OperatorChanged
  | InstallationActivated
  | InstallationDisabled;

interface Happening {
  /** When it happened, by the sender's clock. */
  occurredAt: Date;
}

/** A start, or the arrival of a transfer: which of the two only the conversation's own history tells. */
export interface ConversationStarted extends Happening {
  kind: 'conversation-started';
  conversationId: string;
  channel?: string | undefined;
  operatorId?: string | undefined;
  visitorId?: string | undefined;
  visitorExternalId?: string | undefined;
}

export interface ConversationClosed extends Happening {
  kind: 'conversation-closed';
  conversationId: string;
  channel?: string | undefined;
  operatorIds: string[];
  visitorId?: string | undefined;
  visitorExternalId?: string | undefined;
}

export interface SatisfactionAnswered extends Happening {
  kind: 'satisfaction-answered';
  conversationId: string;
  answer:
    | { type: 'score' | 'customer-satisfaction' | 'net-promoter-score'; value: number }
    | { type: 'comment'; text: string }
    | { type: 'custom-question'; answered: boolean };
}

export interface VisitorUpdated extends Happening {
  kind: 'visitor-updated';
  visitorId: string;
}

export interface OperatorChanged extends Happening {
  kind: 'operator-changed';
  operatorId: string;
}

export interface InstallationActivated extends Happening {
  kind: 'installation-activated';
}

export interface InstallationDisabled extends Happening {
  kind: 'installation-disabled';
}
