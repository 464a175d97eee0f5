import type { Sql } from '../persistence/database.ts';
import {
  type ConversationFacts,
  conversationIdOf,
  lockConversation,
  markClosed,
  markStarted,
  openConversationsOf,
  setOperator,
  setSatisfaction,
  upsertConversation,
} from './conversation-store.ts';
import type { NewDelivery } from './delivery.ts';
import type { ConversationClosed, ConversationStarted, DomainEvent, SatisfactionAnswered } from './domain-events.ts';
import { enqueue, enqueueEverywhere, lanesOf } from './enqueue.ts';
import { isVisitorErased } from './erased-visitor.ts';
import { NOTICE_PREFIX } from './render-message.ts';

/** What the planner asks about installations, inside its own transaction. */
export interface PlanningInstallations {
  destinationIds(sql: Sql, installationId: string): Promise<string[]>;
  lateStartSeconds(sql: Sql, installationId: string): Promise<number>;
  /** How old what is only worth saying at its time may get, in ms. */
  ageLimitMs(sql: Sql, installationId: string): Promise<number>;
  hasClosingForm(sql: Sql, installationId: string): Promise<boolean>;
  idsOfClient(sql: Sql, clientId: string): Promise<string[]>;
  setActive(sql: Sql, installationId: string, active: boolean, at: Date): Promise<void>;
  forgetOperator(sql: Sql, installationIds: string[], operatorId: string): Promise<void>;
}

/** An event with what its row says about it. */
export interface PlannableEvent {
  /** Null when no event told of it. */
  id: string | null;
  source: string;
  event: DomainEvent;
  installationId: string | undefined;
  clientId: string | undefined;
  /** Seconds since it was stored, by the database's clock. */
  ageSeconds: number;
}

/**
 * `forget`: it is about somebody who was erased, so nothing of it is kept. Not planned: not yet; plan it again when it is
 * that many seconds old.
 */
export type PlanResult = { planned: true; forget?: true } | { planned: false; holdUntilAgeSeconds: number };

const PLANNED: PlanResult = { planned: true };

/**
 * Turns one event into deliveries, inside the caller's transaction: all of it or nothing. Planning the same event again
 * changes nothing. No call leaves the process here; whatever must be read from elsewhere is a delivery of its own.
 */
export async function planEvent(
  sql: Sql,
  found: PlannableEvent,
  installations: PlanningInstallations,
): Promise<PlanResult> {
  const { event, installationId } = found;
  if (installationId === undefined) {
    return planClientEvent(sql, found, installations);
  }
  switch (event.kind) {
    case 'conversation-started':
      await planStart(sql, found, installationId, event, installations);
      return PLANNED;
    case 'conversation-closed':
      return planClose(sql, found, installationId, event, installations);
    case 'satisfaction-answered':
      return planSatisfaction(sql, found, installationId, event, installations);
    case 'installation-activated':
    case 'installation-disabled':
      await installations.setActive(sql, installationId, event.kind === 'installation-activated', event.occurredAt);
      return PLANNED;
    case 'visitor-updated':
    case 'operator-changed':
      return PLANNED;
  }
}

/** The first start makes one remote chat per destination; a later one is the arrival of a transfer. */
async function planStart(
  sql: Sql,
  found: PlannableEvent,
  installationId: string,
  event: ConversationStarted,
  installations: PlanningInstallations,
): Promise<void> {
  const start = { eventId: found.id, source: found.source, at: event.occurredAt, operatorId: event.operatorId };
  const facts = { ...event, installationId, sourceId: event.conversationId };
  // In one trip: most starts are of new conversations, which need both.
  const [conversation, destinationIds] = await Promise.all([
    upsertConversation(sql, facts, start),
    installations.destinationIds(sql, installationId),
  ]);
  // Its close was passed without it: the chat was made then.
  if (conversation.closed) return;
  // It was found before it was announced, and this is the announcement: what was found knew of it.
  if (!conversation.isNew && conversation.foundAt !== null && event.occurredAt <= conversation.foundAt) return;
  if (conversation.isNew || conversation.startSource === null) {
    if (!conversation.isNew) await markStarted(sql, conversation.id, start);
    const starting: NewDelivery = { key: 'start', kind: 'start', payload: { startUnheard: found.id === null } };
    const everywhere = { installationId, conversationId: conversation.id, destinationIds };
    await enqueueEverywhere(sql, everywhere, [starting], found.id);
    return;
  }
  if (found.id === null || conversation.startEventId === found.id) return;
  // Push and webhook may both announce one start, and so may events of two kinds; only the same door's second
  // announcement by the same id is a transfer for certain.
  const changed = event.operatorId !== undefined && event.operatorId !== conversation.operatorId;
  const byOtherId = conversationIdOf({ installationId, sourceId: event.conversationId }) !== conversation.id;
  if ((conversation.startSource !== found.source || byOtherId) && !changed) return;
  // A start that was retried after its own transfer is the older news: the agent of the newer one is there now.
  const older = conversation.startedAt !== null && event.occurredAt < conversation.startedAt;
  const operatorId = older ? conversation.operatorId : (event.operatorId ?? null);
  if (!older && operatorId !== null) await setOperator(sql, conversation.id, operatorId);
  for (const lane of await lanesOf(sql, conversation.id)) {
    await enqueue(sql, lane, [{ key: `transfer:${found.id}`, kind: 'transfer', payload: { operatorId } }], found.id);
  }
}

/**
 * A close may overtake its start by as long as the sender retries. It waits for that, then passes: the conversation is
 * carried over whole, and the chat is told that its start was never heard of.
 */
async function planClose(
  sql: Sql,
  found: PlannableEvent,
  installationId: string,
  event: ConversationClosed,
  installations: PlanningInstallations,
): Promise<PlanResult> {
  const facts: ConversationFacts = { ...event, installationId, sourceId: event.conversationId };
  const known = await lockConversation(sql, conversationIdOf(facts));
  if (known?.closed) return PLANNED;
  const asksAtClose = await installations.hasClosingForm(sql, installationId);
  const ending: NewDelivery[] = [
    { key: 'transcript', kind: 'transcript', payload: {} },
    ...(asksAtClose ? [{ key: 'closing-answers', kind: 'closing-answers' as const, payload: {} }] : []),
    { key: 'end', kind: 'end', payload: {} },
  ];
  if (known && known.startSource !== null) {
    await upsertConversation(sql, facts);
    await markClosed(sql, known.id, event.occurredAt, event.operatorIds);
    for (const lane of await lanesOf(sql, known.id)) await enqueue(sql, lane, ending, found.id);
    return PLANNED;
  }
  const patience = await installations.lateStartSeconds(sql, installationId);
  if (found.ageSeconds < patience) return { planned: false, holdUntilAgeSeconds: patience };
  const { id } = await upsertConversation(sql, facts);
  await markClosed(sql, id, event.occurredAt, event.operatorIds);
  const start: NewDelivery = { key: 'start', kind: 'start', payload: { startUnheard: true } };
  const destinationIds = await installations.destinationIds(sql, installationId);
  await enqueueEverywhere(sql, { installationId, conversationId: id, destinationIds }, [start, ...ending], found.id);
  return PLANNED;
}

async function planSatisfaction(
  sql: Sql,
  found: PlannableEvent,
  installationId: string,
  event: SatisfactionAnswered,
  installations: PlanningInstallations,
): Promise<PlanResult> {
  const toldId = conversationIdOf({ installationId, sourceId: event.conversationId });
  // It may overtake the start too, or its close may be waiting for one.
  const patience = await installations.lateStartSeconds(sql, installationId);
  const known = await lockConversation(sql, toldId);
  if (!known && found.ageSeconds < patience) return { planned: false, holdUntilAgeSeconds: patience };
  const conversationId = known?.id ?? toldId;
  const text = `${NOTICE_PREFIX} ${describeAnswer(event.answer)}`;
  const score = scoreOf(event.answer);
  if (score !== undefined) await setSatisfaction(sql, conversationId, score);
  // Too late for the chat it stays on the timeline and in the visitor's profile.
  const limitMs = await installations.ageLimitMs(sql, installationId);
  // It has been waiting since it came, whoever was down.
  const expiresInMs = limitMs - found.ageSeconds * 1000;
  const payload = { author: 'notice' as const, text };
  for (const lane of await lanesOf(sql, conversationId)) {
    await enqueue(sql, lane, [{ key: `satisfaction:${found.id}`, kind: 'message', payload, expiresInMs }], found.id);
  }
  return PLANNED;
}

/** The answer as the visitor's profile shows it; only scores are short enough for a line there. */
function scoreOf(answer: SatisfactionAnswered['answer']): string | undefined {
  if (answer.type === 'net-promoter-score') return `${answer.value} (NPS)`;
  return 'value' in answer ? String(answer.value) : undefined;
}

function describeAnswer(answer: SatisfactionAnswered['answer']): string {
  switch (answer.type) {
    case 'score':
      return `The visitor rated the conversation: ${answer.value}`;
    case 'customer-satisfaction':
      return `The visitor rated the conversation (customer satisfaction): ${answer.value}`;
    case 'net-promoter-score':
      return `The visitor rated the conversation (net promoter score): ${answer.value}`;
    case 'comment':
      return `The visitor commented on the conversation: ${answer.text}`;
    case 'custom-question':
      return `The visitor answered the custom question: ${answer.answered ? 'yes' : 'no'}`;
  }
}

/** Events that name a client and no website belong to all of that client's installations. */
async function planClientEvent(
  sql: Sql,
  found: PlannableEvent,
  installations: PlanningInstallations,
): Promise<PlanResult> {
  const { event, clientId } = found;
  if (clientId === undefined) return PLANNED;
  const installationIds = await installations.idsOfClient(sql, clientId);
  if (event.kind === 'operator-changed') await installations.forgetOperator(sql, installationIds, event.operatorId);
  if (event.kind !== 'visitor-updated') return PLANNED;
  const conversationIds = await openConversationsOf(sql, installationIds, event.visitorId);
  for (const conversationId of conversationIds) {
    for (const lane of await lanesOf(sql, conversationId)) {
      await enqueue(sql, lane, [{ key: `visitor:${found.id}`, kind: 'visitor-update', payload: {} }], found.id);
    }
  }
  // Whoever was erased and came back is a visitor like any other.
  const isErased = conversationIds.length === 0 && (await isVisitorErased(sql, event.visitorId));
  return isErased ? { planned: true, forget: true } : PLANNED;
}
