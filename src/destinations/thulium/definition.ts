import { z } from 'zod';
import { deliverySettings } from '../delivery-settings.ts';
import { timeZone } from '../time-zone.ts';
import { upstreamUrl } from '../upstream-url.ts';

/** Thulium (contract: thulium.md). */
export const thuliumSettings = z.strictObject({
  baseUrl: upstreamUrl.describe('API address of the Thulium system: https://<system>.thulium.com/api'),
  apiUser: z.string().min(1).describe('API user: Administration → Users → API users.'),
  apiPassword: z.string().min(1).describe('Password of that API user.'),
  chatQueueId: z
    .union([z.int().positive(), z.string().regex(/^\d+$/).transform(Number)])
    .describe('Number of the chat queue that gets the conversations.'),
  timeZone: timeZone
    .default('Europe/Warsaw')
    .describe('Zone of the times in its answers, which state none (needed once replies are received).'),
  callbackUser: z.string().optional().describe('Basic auth of its webhooks (needed once replies are received).'),
  callbackPassword: z.string().optional().describe('Password for the same.'),
  pollIntervalMs: z.int().min(500).default(3_000).describe('Pause between polls for replies, in ms.'),
  ...deliverySettings({ settleMs: 5_000, textLimit: 4_000 }),
});

export type ThuliumSettings = z.output<typeof thuliumSettings>;

export const thuliumDeclaration = {
  type: 'thulium',
  title: 'Thulium',
  settings: thuliumSettings,
  secretPaths: ['apiPassword', 'callbackPassword'],
  capabilities: { startCarriesText: false, canFindStarted: true },
} as const;
