import { z } from 'zod';
import { type Content, json, type Operation } from '../http/openapi/operation.ts';
import { pushSchema } from './push-schemas.ts';
import { webhookSchema } from './webhook-schemas.ts';

const webhook = webhookSchema.meta({
  id: 'Webhook',
  description: 'The dialect of 2017, then v2. Members beyond these are let through.',
});
const push = pushSchema.meta({ id: 'Push', description: 'An event of the Push API, gone at iAdvize since 2018.' });

const closed2017 = {
  eventId: 'd36cd3c4-2d16-4a77-97c2-620bde859b29',
  eventType: 'conversation.closed',
  platform: 'sd',
  websiteId: 1,
  clientId: 1,
  conversationId: 1,
  operatorId: 1,
  channel: 'chat',
  visitorId: '593de0891b628a50b09835dc6c0e92565329c74baa90e',
  createdAt: '2017-04-22T11:01:00+02:00',
  sentAt: '2017-04-22T11:01:00+02:00',
};
const closedV2 = {
  eventId: '0f0bb3af-5035-4ba3-b3fb-ff4879a3a74d',
  eventType: 'v2.conversation.closed',
  platform: 'ha',
  projectId: 1,
  clientId: 1,
  conversationId: '4c8c7408-f73c-42cd-89e9-afbbee7d9024',
  operatorIds: [1, 2],
  channel: 'CHAT',
  visitorId: 'b05f1b45-c891-4a9c-b47e-91ee6c8ffb44',
  createdAt: '2019-04-12T07:58:35.171Z',
  sentAt: '2019-04-12T07:58:35.496Z',
};
const pushed = {
  name: 'conversation.start',
  datetime: { created: '2017-04-22 11:01:00', sent: '2017-04-22 11:01:01' },
  parameters: { conversation_id: 1, type: 'chat', operator_id: 1, website_id: 1 },
};

const stored = z.object({ status: z.enum(['accepted', 'ignored', 'quarantined', 'duplicate-anomaly']) });
const bodyOf = (schema: z.ZodType, examples: Record<string, unknown>): Record<string, Content> => ({
  ...json(schema, examples),
  'application/x-www-form-urlencoded': { schema },
});
const common = {
  method: 'post',
  tag: 'Events',
  answers: {
    202: {
      description: 'It is on disk, understood or not.',
      content: json(stored, { stored: { status: 'accepted' } }),
    },
  },
  errors: ['body-too-large', 'database-unavailable'],
} as const;

/** What `webhookRoutes` and `pushRoutes` answer. */
export const intakePaths: readonly Operation[] = [
  {
    ...common,
    id: 'takeWebhook',
    path: '/iadvize/webhooks',
    summary: 'Webhooks of both dialects',
    description:
      'Whatever is signed and at most 256 KiB is answered 202: another event type is `ignored`, a shape that does not fit or an unknown installation `quarantined`. Sending one again changes nothing.',
    guard: 'signature',
    body: { content: bodyOf(webhook, { 'dialect of 2017': closed2017, v2: closedV2 }) },
  },
  {
    ...common,
    id: 'takePush',
    path: '/iadvize/push/{pushKey}',
    summary: 'The Push API of old',
    description: 'There only while `IADVIZE_PUSH_KEY` is set. A wrong key is answered like a wrong signature.',
    guard: 'push-key',
    params: z.object({ pushKey: z.string().describe('The only guard of this path: keep it as secret as a password.') }),
    body: { content: bodyOf(push, { start: pushed }) },
  },
];
