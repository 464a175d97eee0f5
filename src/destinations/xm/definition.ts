import { z } from 'zod';
import { deliverySettings } from '../delivery-settings.ts';
import { upstreamUrl } from '../upstream-url.ts';

/** IPTP XM Live Assistance (contract: xm.md). */
export const xmSettings = z.strictObject({
  baseUrl: upstreamUrl.describe('Public root of the XM server: https://xm.iptp.net/xm'),
  departmentId: z
    .union([z.int().positive(), z.string().regex(/^\d+$/).transform(Number)])
    .default(1)
    .describe('Department that gets the chats: 1 test, 2 live assistance, 3 LagBlaster.'),
  captcha: z
    .strictObject({
      strategy: z.literal('fixed').describe('`fixed`: a pair agreed with the vendor, who allow-lists this connector.'),
      captchaId: z.string().min(1).describe('Id of the agreed pair.'),
      captcha: z.string().min(1).describe('Text of the agreed pair.'),
    })
    .describe('How the captcha of a new chat is answered.'),
  messageEncoding: z
    .enum(['base64', 'plain'])
    .default('base64')
    .describe("How texts travel: `base64` as in the vendor's own client, or `plain`."),
  sendLegacyAuthHeader: z
    .boolean()
    .default(false)
    .describe('Also sends X-Authorization-Token, for servers from before September 2021.'),
  anonymousEmailDomain: z
    .string()
    .regex(/^[a-z0-9.-]+\.[a-z]{2,}$/i, 'must be a domain')
    .default('visitor.invalid')
    .describe('XM demands an e-mail: visitors without one get a made-up address in this domain. Use one you own.'),
  refreshBeforeMs: z
    .int()
    .min(0)
    .default(60_000)
    .describe('How long before its end an access token is renewed, in ms.'),
  pollTimeoutMs: z.int().min(1_000).default(10_000).describe('Long-poll time for replies, in ms.'),
  ...deliverySettings({ settleMs: 5_000, textLimit: 4_000 }),
});

export type XmSettings = z.output<typeof xmSettings>;

export const xmDeclaration = {
  type: 'xm',
  title: 'IPTP XM Live Assistance',
  settings: xmSettings,
  secretPaths: ['captcha.captcha'],
  capabilities: { startCarriesText: true, canFindStarted: false },
} as const;
