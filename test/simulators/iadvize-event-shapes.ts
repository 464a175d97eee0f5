/** What every webhook carries, whatever the dialect. */
export interface EventBase {
  eventId: string;
  eventType: string;
  platform: string;
  createdAt: string;
  sentAt: string;
}

export interface ConversationEvent extends EventBase {
  websiteId: number;
  clientId: number;
  conversationId: number;
  operatorId: number;
  channel: string;
  visitorId: string;
}

export interface ConversationTransferredEvent extends ConversationEvent {
  transferredConversationId: number;
}

interface ConversationEventV2 extends EventBase {
  projectId: number;
  clientId: number;
  conversationId: string;
  visitorExternalId?: string;
  channel: string;
  visitorId: string;
}

export interface ConversationPushedV2Event extends ConversationEventV2 {
  operatorId: number;
}

export interface ConversationClosedV2Event extends ConversationEventV2 {
  operatorIds: number[];
}

export interface SatisfactionFilledEvent extends EventBase {
  websiteId: number;
  clientId: number;
  conversationId: number;
  operatorId: number;
  visitorId: string;
  score: number;
}

/** Exactly one of the four answers is there. */
export interface SatisfactionAnsweredEvent extends EventBase {
  projectId: number;
  clientId: number;
  conversationId: string;
  customerSatisfaction?: number;
  netPromoterScore?: number;
  satisfactionComment?: string;
  customQuestion?: boolean;
}

export interface VisitorUpdatedEvent extends EventBase {
  clientId: number;
  operatorId: number;
  visitorId: string;
}

export interface UserEvent extends EventBase {
  clientId: number;
  userId: number;
}

export interface UserAvailabilityUpdatedEvent extends UserEvent {
  origin: string;
  availabilities: { channel: string; status: string }[];
}

export interface ConnectorEvent extends EventBase {
  websiteId: number;
  connectorId: string;
  connectorVersionId: string;
}

export interface TransactionAttributedEvent extends EventBase {
  projectId: number;
  clientId: number;
  transactionId: string;
  receivedAt: string;
  externalId: string;
  amount: number;
  conversationId: string;
  source: string;
  operatorId: number;
}

/** The older push API: no ids, no signature. */
export interface PushEvent {
  name: string;
  datetime: { created: string; sent: string };
  parameters: Record<string, unknown>;
}
