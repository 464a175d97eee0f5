import { z } from 'zod';
import { deliverySettings } from '../delivery-settings.ts';
import { timeZone } from '../time-zone.ts';
import { upstreamUrl } from '../upstream-url.ts';
import { fieldMapping } from './field-mapping.ts';

/** Thulium (contract: thulium.md). */
export const thuliumSettings = z.strictObject({
  baseUrl: upstreamUrl.describe('API address of the Thulium system: https://<system>.thulium.com/api'),
  apiUser: z.string().min(1).describe('API user: Administration → Users → API users.'),
  apiPassword: z.string().min(1).describe('Password of that API user.'),
  chatQueueId: z
    .union([z.int().positive(), z.string().regex(/^\d+$/).transform(Number)])
    .describe('Number of the chat queue that gets the conversations.'),
  timeZone: timeZone.default('Europe/Warsaw').describe('Zone of the times in its answers, which state none.'),
  callbackUser: z
    .string()
    .regex(/^[^:]+$/, 'must not be empty nor hold ":"')
    .optional()
    .describe('User of the Basic auth that webhooks of Thulium must carry; without it none is let in.'),
  callbackPassword: z.string().min(1).optional().describe('Password for the same.'),
  pollIntervalMs: z.int().min(500).default(3_000).describe('Pause between polls for replies, in ms.'),
  withoutFilterMs: z
    .int()
    .min(0)
    .default(600_000)
    .describe('How long lists are read without the queue filter once Thulium answered 500 to it, in ms.'),
  giveUpAfterMs: z
    .int()
    .min(0)
    .default(0)
    .describe('A chat that no agent has answered after this long is stopped, in ms; 0 = it waits.'),
  externalChatbotId: z
    .uuid()
    .optional()
    .describe('Writes as this external chatbot in place of the client; only for systems whose agents expect that.'),
  ...fieldMapping,
  ...deliverySettings({
    settleMs: 5_000,
    textLimit: 4_000,
    listenRetryBaseMs: 6_000,
    listenRetryMaxMs: 60_000,
  }),
});

export type ThuliumSettings = z.output<typeof thuliumSettings>;

export const thuliumDeclaration = {
  type: 'thulium',
  title: 'Thulium',
  settings: thuliumSettings,
  secretPaths: ['apiPassword', 'callbackPassword'],
  capabilities: {
    startCarriesText: false,
    canFindStarted: true,
    listensPerChat: false,
    sendsFiles: false,
    knowsOurIds: false,
    pushesHints: true,
  },
} as const;
