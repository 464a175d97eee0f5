import type { Sql } from '../persistence/database.ts';
import type { ListedConversation } from './conversation-list.ts';
import { alsoKnownAs, conversationIdOf, lockConversation, upsertConversation } from './conversation-store.ts';
import type { DomainEvent } from './domain-events.ts';
import { heardAmong } from './heard-store.ts';
import { planEvent, type PlanningInstallations } from './planner.ts';

/** The door that a start came through when nobody announced it. */
const SOURCE = 'reconcile';

/**
 * Plans a conversation that nobody told of: its start and, if it is over, its close. Inside the caller's transaction.
 * Every id of it is taken at once, so that an event which comes late finds it by whichever it uses. False when it was
 * told of meanwhile; then nothing is changed.
 */
export async function planFound(
  sql: Sql,
  installationId: string,
  listed: ListedConversation,
  installations: PlanningInstallations,
): Promise<boolean> {
  const [own, ...others] = listed.ids;
  const id = conversationIdOf({ installationId, sourceId: own });
  const otherIds = others.map((sourceId) => conversationIdOf({ installationId, sourceId }));
  if ((await heardAmong(sql, [id, ...otherIds])).size > 0) return false;
  // Should an event be planned right now, whoever writes the row first has the conversation.
  if (!(await alsoKnownAs(sql, { id, installationId }, otherIds))) return false;
  const { channel, visitorId, operatorId, startedAt, closedAt } = listed;
  const facts = { conversationId: own, channel, visitorId };
  const row = await upsertConversation(sql, { ...facts, installationId, sourceId: own });
  if (row.startSource !== null || row.closed) return false;
  const started = { kind: 'conversation-started', occurredAt: startedAt.latest, operatorId, ...facts } as const;
  await plan(sql, installationId, started, installations);
  if (closedAt) await planMissedClose(sql, installationId, listed, own, installations);
  return true;
}

/** Plans the close of a conversation that was told of; nothing when it is closed already. */
export async function planMissedClose(
  sql: Sql,
  installationId: string,
  { closedAt, channel, visitorId, operatorId }: ListedConversation,
  sourceId: string,
  installations: PlanningInstallations,
): Promise<void> {
  if (!closedAt) return;
  // Erased since it was compared: its close would begin it anew.
  if (!(await lockConversation(sql, conversationIdOf({ installationId, sourceId })))) return;
  const operatorIds = operatorId === undefined ? [] : [operatorId];
  const facts = { conversationId: sourceId, channel, visitorId, operatorIds };
  const closed = { kind: 'conversation-closed', occurredAt: closedAt.earliest, ...facts } as const;
  await plan(sql, installationId, closed, installations);
}

async function plan(sql: Sql, installationId: string, event: DomainEvent, installations: PlanningInstallations) {
  const found = { id: null, source: SOURCE, event, installationId, clientId: undefined, ageSeconds: 0 };
  await planEvent(sql, found, installations);
}
