import type { DomainEvent, SatisfactionAnswered } from '../bridge/domain-events.ts';
import type { WebsiteRef } from '../installations/website-ref.ts';
import type { Webhook } from './webhook-schemas.ts';

/** Whose event it is: one website's, or every website's of a client. */
export type EventTarget = { by: 'website'; website: WebsiteRef } | { by: 'client' };

/** The website of a webhook; its own prefix ("ha-1") rules over the platform member. */
export function targetOf(webhook: Webhook): EventTarget {
  const ref = 'websiteId' in webhook ? webhook.websiteId : 'projectId' in webhook ? webhook.projectId : undefined;
  if (ref === undefined) return { by: 'client' };
  const platform = ref.platform ?? webhook.platform;
  return { by: 'website', website: platform === undefined ? ref : { platform, number: ref.number } };
}

/** The event in the bridge's words; undefined for those nothing is done about. */
export function toDomainEvent(webhook: Webhook): DomainEvent | undefined {
  const occurredAt = webhook.createdAt;
  switch (webhook.eventType) {
    case 'conversation.started':
    case 'conversation.transferred':
    case 'v2.conversation.pushed': {
      const { conversationId, channel, operatorId, visitorId, visitorExternalId } = webhook;
      return {
        kind: 'conversation-started',
        occurredAt,
        conversationId,
        channel: channel?.toLowerCase(),
        operatorId,
        visitorId,
        visitorExternalId,
      };
    }
    case 'conversation.closed':
    case 'v2.conversation.closed': {
      const { conversationId, channel, operatorId, visitorId, visitorExternalId } = webhook;
      const listed = 'operatorIds' in webhook ? webhook.operatorIds : undefined;
      const operatorIds = listed ?? (operatorId === undefined ? [] : [operatorId]);
      return {
        kind: 'conversation-closed',
        occurredAt,
        conversationId,
        channel: channel?.toLowerCase(),
        operatorIds,
        visitorId,
        visitorExternalId,
      };
    }
    case 'satisfaction.filled':
    case 'satisfaction.answered': {
      const answer = answerOf(webhook);
      return answer && { kind: 'satisfaction-answered', occurredAt, conversationId: webhook.conversationId, answer };
    }
    case 'visitor.updated':
      return { kind: 'visitor-updated', occurredAt, visitorId: webhook.visitorId };
    case 'user.created':
    case 'user.updated':
    case 'user.connected':
    case 'user.disconnected':
      return { kind: 'operator-changed', occurredAt, operatorId: webhook.userId };
    case 'connector.installed':
      return { kind: 'installation-activated', occurredAt };
    case 'connector.uninstalled':
      return { kind: 'installation-disabled', occurredAt };
    case 'user.availability.updated':
    case 'transaction.attributed':
      return undefined;
  }
}

type Satisfaction = Extract<Webhook, { eventType: 'satisfaction.filled' | 'satisfaction.answered' }>;

function answerOf(webhook: Satisfaction): SatisfactionAnswered['answer'] | undefined {
  if (webhook.eventType === 'satisfaction.filled') return { type: 'score', value: webhook.score };
  const { customerSatisfaction, netPromoterScore, satisfactionComment, customQuestion } = webhook;
  if (customerSatisfaction !== undefined) return { type: 'customer-satisfaction', value: customerSatisfaction };
  if (netPromoterScore !== undefined) return { type: 'net-promoter-score', value: netPromoterScore };
  if (satisfactionComment !== undefined) return { type: 'comment', text: satisfactionComment };
  return customQuestion === undefined ? undefined : { type: 'custom-question', answered: customQuestion };
}
