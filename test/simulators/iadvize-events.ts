import { randomUUID } from 'node:crypto';
import type {
  ConnectorEvent,
  ConversationClosedV2Event,
  ConversationEvent,
  ConversationPushedV2Event,
  ConversationTransferredEvent,
  EventBase,
  PushEvent,
  SatisfactionAnsweredEvent,
  SatisfactionFilledEvent,
  TransactionAttributedEvent,
  UserAvailabilityUpdatedEvent,
  UserEvent,
  VisitorUpdatedEvent,
} from './iadvize-event-shapes.ts';
import type { HistoryEntry } from './iadvize-rest-fixtures.ts';
import { localTime } from './local-time.ts';

const VISITOR_UNIQUE_ID = '593de0891b628a50b09835dc6c0e92565329c74baa90e';
const CONVERSATION_UUID = '4c8c7408-f73c-42cd-89e9-afbbee7d9024';
const VISITOR_UUID = 'b05f1b45-c891-4a9c-b47e-91ee6c8ffb44';
const CONNECTOR_UUID = '3f0e6840-48fe-4e87-8f3b-6ef3f75f18d8';

export function conversationStarted(overrides: Partial<ConversationEvent> = {}): ConversationEvent {
  return { ...conversationV1('conversation.started'), ...overrides };
}

export function conversationClosed(overrides: Partial<ConversationEvent> = {}): ConversationEvent {
  return { ...conversationV1('conversation.closed'), ...overrides };
}

export function conversationTransferred(
  overrides: Partial<ConversationTransferredEvent> = {},
): ConversationTransferredEvent {
  return { ...conversationV1('conversation.transferred'), transferredConversationId: 2, ...overrides };
}

export function conversationPushedV2(overrides: Partial<ConversationPushedV2Event> = {}): ConversationPushedV2Event {
  return { ...conversationV2('v2.conversation.pushed', { operatorId: 1 }), ...overrides };
}

export function conversationClosedV2(overrides: Partial<ConversationClosedV2Event> = {}): ConversationClosedV2Event {
  return { ...conversationV2('v2.conversation.closed', { operatorIds: [1, 2] }), ...overrides };
}

export function satisfactionFilled(overrides: Partial<SatisfactionFilledEvent> = {}): SatisfactionFilledEvent {
  const ids = { websiteId: 1, clientId: 1, conversationId: 1, operatorId: 1, visitorId: VISITOR_UNIQUE_ID };
  return { ...event('satisfaction.filled', 'v1', { ...ids, score: 3 }), ...overrides };
}

/** One answer per event: an override with another kind of answer takes the place of the default one. */
export function satisfactionAnswered(overrides: Partial<SatisfactionAnsweredEvent> = {}): SatisfactionAnsweredEvent {
  const answers = ['customerSatisfaction', 'netPromoterScore', 'satisfactionComment', 'customQuestion'];
  const answer = answers.some((name) => name in overrides) ? {} : { customerSatisfaction: 3 };
  const ids = { projectId: 1, clientId: 1, conversationId: CONVERSATION_UUID };
  return { ...event('satisfaction.answered', 'v2', { ...ids, ...answer }), ...overrides };
}

export function visitorUpdated(overrides: Partial<VisitorUpdatedEvent> = {}): VisitorUpdatedEvent {
  const ids = { clientId: 1, operatorId: 1, visitorId: VISITOR_UNIQUE_ID };
  return { ...event('visitor.updated', 'v1', ids), ...overrides };
}

export function user(
  change: 'created' | 'updated' | 'connected' | 'disconnected',
  overrides: Partial<UserEvent> = {},
): UserEvent {
  return { ...event(`user.${change}`, 'v1', { clientId: 1, userId: 1 }), ...overrides };
}

export function userAvailabilityUpdated(
  overrides: Partial<UserAvailabilityUpdatedEvent> = {},
): UserAvailabilityUpdatedEvent {
  const availabilities = [
    { channel: 'CHAT', status: 'AVAILABLE' },
    { channel: 'THIRD_PARTY', status: 'UNAVAILABLE' },
  ];
  const fields = { clientId: 1, userId: 1, origin: 'desk', availabilities };
  return { ...event('user.availability.updated', 'v2', fields), ...overrides };
}

export function connectorInstalled(overrides: Partial<ConnectorEvent> = {}): ConnectorEvent {
  return { ...connector('connector.installed'), ...overrides };
}

export function connectorUninstalled(overrides: Partial<ConnectorEvent> = {}): ConnectorEvent {
  return { ...connector('connector.uninstalled'), ...overrides };
}

export function transactionAttributed(overrides: Partial<TransactionAttributedEvent> = {}): TransactionAttributedEvent {
  const fields = {
    projectId: 1,
    clientId: 1,
    transactionId: randomUUID(),
    receivedAt: offsetTime(new Date()),
    externalId: 'transaction-1',
    amount: 300.2,
    conversationId: CONVERSATION_UUID,
    source: 'Onsite',
    operatorId: 1,
  };
  return { ...event('transaction.attributed', 'v2', fields), ...overrides };
}

export function pushConversationStart(parameters: Record<string, unknown> = {}): PushEvent {
  return pushConversation('conversation.start', { custom_data: {}, ...parameters });
}

export function pushConversationEnd(parameters: Record<string, unknown> = {}): PushEvent {
  return pushConversation('conversation.end', parameters);
}

export function pushOperatorLogin(parameters: Record<string, unknown> = {}): PushEvent {
  return push('operator.login', { operator_id: 1, ...parameters });
}

export function pushOperatorLogout(parameters: Record<string, unknown> = {}): PushEvent {
  return push('operator.logout', { operator_id: 1, ...parameters });
}

const HISTORY_TYPES = { operator: 1, visitor: 2, notice: 3, page: 5, operatorRich: 6, visitorRich: 7 } as const;
const HISTORY_STEP_MS = 10_000;
const SITE_TIME_ZONE = 'Europe/Paris';

export interface HistoryLine {
  /** A number for a type that the documents do not describe. */
  from: keyof typeof HISTORY_TYPES | number;
  text: string;
  /** Epoch in milliseconds; ten seconds after the line before when left out. */
  at?: number;
}

/** The tuples of the REST history: clock text in the time of the site, the epoch only on plain messages. */
export function history(lines: HistoryLine[]): HistoryEntry[] {
  let time = Date.now() - lines.length * HISTORY_STEP_MS;
  return lines.map(({ from, text, at }) => {
    time = at ?? time + HISTORY_STEP_MS;
    const type = typeof from === 'number' ? from : HISTORY_TYPES[from];
    const clock = localTime(new Date(time), SITE_TIME_ZONE).slice(0, 19);
    const carriesEpoch = type === HISTORY_TYPES.operator || type === HISTORY_TYPES.visitor;
    return carriesEpoch ? [type, clock, text, time] : [type, clock, text];
  });
}

function conversationV1(eventType: string): ConversationEvent {
  return event(eventType, 'v1', {
    websiteId: 1,
    clientId: 1,
    conversationId: 1,
    operatorId: 1,
    channel: 'chat',
    visitorId: VISITOR_UNIQUE_ID,
  });
}

function conversationV2<Operators extends object>(eventType: string, operators: Operators) {
  return event(eventType, 'v2', {
    projectId: 1,
    clientId: 1,
    conversationId: CONVERSATION_UUID,
    ...operators,
    visitorExternalId: '63429889',
    channel: 'CHAT',
    visitorId: VISITOR_UUID,
  });
}

function connector(eventType: string): ConnectorEvent {
  const ids = { websiteId: 1, connectorId: CONNECTOR_UUID, connectorVersionId: CONNECTOR_UUID };
  return { ...event(eventType, 'v1', ids), platform: 'SD' };
}

function event<Fields extends object>(eventType: string, dialect: 'v1' | 'v2', fields: Fields): EventBase & Fields {
  const now = Date.now();
  const [created, sent] = [new Date(now - 325), new Date(now)];
  const write = dialect === 'v1' ? offsetTime : (date: Date): string => date.toISOString();
  return {
    eventId: randomUUID(),
    eventType,
    platform: dialect === 'v1' ? 'sd' : 'ha',
    ...fields,
    createdAt: write(created),
    sentAt: write(sent),
  };
}

function pushConversation(name: string, parameters: Record<string, unknown>): PushEvent {
  return push(name, { conversation_id: 1, type: 'chat', operator_id: 1, website_id: 1, group_id: 1, ...parameters });
}

function push(name: string, parameters: Record<string, unknown>): PushEvent {
  const now = new Date().toISOString().slice(0, 19).replace('T', ' ');
  return { name, datetime: { created: now, sent: now }, parameters };
}

/** The first dialect writes whole seconds with an offset. */
function offsetTime(date: Date): string {
  return `${new Date(date.getTime() + 2 * 3_600_000).toISOString().slice(0, 19)}+02:00`;
}
