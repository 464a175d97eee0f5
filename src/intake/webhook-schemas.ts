import { z } from 'zod';
import { flag, freeText, id, ids, integer, platform, timestamp, website } from './wire-values.ts';

const common = {
  eventId: id.optional(),
  platform: platform.optional(),
  createdAt: timestamp,
  sentAt: timestamp.optional(),
};
const visitor = { visitorId: id.optional(), visitorExternalId: id.optional() };
const of2017 = { ...common, websiteId: website, clientId: id.optional() };
const ofV2 = { ...common, projectId: website, clientId: id.optional() };

const conversation2017 = { ...of2017, conversationId: id, operatorId: id.optional(), channel: freeText.optional() };
const conversationV2 = { ...ofV2, conversationId: id, channel: freeText.optional() };
const user = { ...common, clientId: id, userId: id };
const connector = { ...of2017, connectorId: id.optional(), connectorVersionId: id.optional() };

const ANSWERS = ['customerSatisfaction', 'netPromoterScore', 'satisfactionComment', 'customQuestion'] as const;

/** Every webhook of the iAdvize contract 2.4, the dialect of 2017 first, then v2. Unknown members are let through. */
export const webhookSchema = z.discriminatedUnion('eventType', [
  z.object({ eventType: z.literal('conversation.started'), ...conversation2017, ...visitor }),
  z.object({
    eventType: z.literal('conversation.transferred'),
    ...conversation2017,
    ...visitor,
    transferredConversationId: id.optional(),
  }),
  z.object({ eventType: z.literal('conversation.closed'), ...conversation2017, ...visitor }),
  z.object({ eventType: z.literal('satisfaction.filled'), ...conversation2017, ...visitor, score: integer }),
  z.object({
    eventType: z.literal('visitor.updated'),
    ...common,
    clientId: id,
    visitorId: id,
    operatorId: id.optional(),
  }),
  z.object({ eventType: z.literal('user.created'), ...user }),
  z.object({ eventType: z.literal('user.updated'), ...user }),
  z.object({ eventType: z.literal('user.connected'), ...user }),
  z.object({ eventType: z.literal('user.disconnected'), ...user }),
  z.object({ eventType: z.literal('connector.installed'), ...connector }),
  z.object({ eventType: z.literal('connector.uninstalled'), ...connector }),
  z.object({
    eventType: z.literal('v2.conversation.pushed'),
    ...conversationV2,
    ...visitor,
    operatorId: id.optional(),
  }),
  z.object({
    eventType: z.literal('v2.conversation.closed'),
    ...conversationV2,
    ...visitor,
    operatorIds: ids.optional(),
    operatorId: id.optional(),
  }),
  z
    .object({
      eventType: z.literal('satisfaction.answered'),
      ...ofV2,
      conversationId: id,
      customerSatisfaction: integer.optional(),
      netPromoterScore: integer.optional(),
      satisfactionComment: freeText.optional(),
      customQuestion: flag.optional(),
    })
    .refine((event) => ANSWERS.some((answer) => event[answer] !== undefined), 'carries no answer'),
  z.object({ eventType: z.literal('user.availability.updated'), ...user }),
  z.object({ eventType: z.literal('transaction.attributed'), ...ofV2, transactionId: id }),
]);

export type Webhook = z.infer<typeof webhookSchema>;

export const WEBHOOK_TYPES: ReadonlySet<string> = new Set(
  webhookSchema.options.map((option) => option.shape.eventType.value),
);
