import { z } from 'zod';
import type { DomainEvent } from '../bridge/domain-events.ts';
import { freeText, id, website, zonelessTimestamp } from './wire-values.ts';

const datetime = z.object({ created: zonelessTimestamp, sent: zonelessTimestamp.optional() });
const conversation = z.object({
  conversation_id: id,
  type: freeText.optional(),
  operator_id: id.optional(),
  website_id: website,
  group_id: id.optional(),
  custom_data: z.unknown().optional(),
});
const operator = z.object({ operator_id: id });

/** The Push API of old (iAdvize contract 4): no signature, no event id. */
export const pushSchema = z.discriminatedUnion('name', [
  z.object({ name: z.literal('operator.login'), datetime, parameters: operator }),
  z.object({ name: z.literal('operator.logout'), datetime, parameters: operator }),
  z.object({ name: z.literal('conversation.start'), datetime, parameters: conversation }),
  z.object({ name: z.literal('conversation.end'), datetime, parameters: conversation }),
]);

export type Push = z.infer<typeof pushSchema>;

export const PUSH_TYPES: ReadonlySet<string> = new Set(pushSchema.options.map((option) => option.shape.name.value));

/** Logins name neither a website nor a client, so nothing can be done about them: undefined. */
export function pushToDomainEvent(push: Push): DomainEvent | undefined {
  const occurredAt = push.datetime.created;
  switch (push.name) {
    case 'conversation.start': {
      const { conversation_id, operator_id, type } = push.parameters;
      const details = { channel: type?.toLowerCase(), operatorId: operator_id };
      return { kind: 'conversation-started', occurredAt, conversationId: conversation_id, ...details };
    }
    case 'conversation.end': {
      const { conversation_id, operator_id, type } = push.parameters;
      const details = { channel: type?.toLowerCase(), operatorIds: operator_id === undefined ? [] : [operator_id] };
      return { kind: 'conversation-closed', occurredAt, conversationId: conversation_id, ...details };
    }
    case 'operator.login':
    case 'operator.logout':
      return undefined;
  }
}
