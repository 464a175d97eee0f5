import { z } from 'zod';
import { deliverySettings } from '../delivery-settings.ts';
import { upstreamUrl } from '../upstream-url.ts';

const ms = (least: number, usual: number) => z.int().min(least).max(86_400_000).default(usual);
const encoding = z.enum(['base64', 'plain']);

const captchaSettings = z
  .strictObject({
    strategy: z
      .enum(['fixed', 'operator', 'visitor'])
      .describe(
        '`fixed`: a pair agreed with the vendor, who allow-lists this connector. `operator`: a person answers each captcha in the admin API. `visitor`: the visitor answers; not supported yet, starts are parked.',
      ),
    captchaId: z.string().min(1).optional().describe('Id of the agreed pair; required with `fixed`.'),
    captcha: z.string().min(1).optional().describe('Text of the agreed pair; required with `fixed`.'),
    attempts: z
      .int()
      .min(1)
      .max(20)
      .default(3)
      .describe('How many captchas one start asks for before it is parked as `captcha-refused`.'),
    expiresMs: ms(1, 120_000).describe('How long a captcha can be answered, in ms; a later answer asks for a new one.'),
  })
  .superRefine(({ strategy, ...pair }, context) => {
    if (strategy !== 'fixed') return;
    for (const name of ['captchaId', 'captcha'] as const) {
      if (pair[name] !== undefined) continue;
      context.addIssue({ code: 'custom', path: [name], message: 'is required with the strategy "fixed"' });
    }
  });

/** IPTP XM Live Assistance (contract: xm.md). */
export const xmSettings = z.strictObject({
  baseUrl: upstreamUrl.describe('Public root of the XM server: https://xm.iptp.net/xm'),
  departmentId: z
    .union([z.int().positive(), z.string().regex(/^\d+$/).transform(Number)])
    .default(1)
    .describe('Department that gets the chats: 1 test, 2 live assistance, 3 LagBlaster.'),
  departmentIdAsText: z.boolean().default(false).describe('Sends the department as text instead of as a number.'),
  captcha: captchaSettings.describe('How the captcha of a new chat is answered.'),
  captchaInBody: z.boolean().default(false).describe('Repeats the captcha in the body of the call that starts a chat.'),
  openingEncoding: encoding.default('plain').describe('How the first text of a chat travels: `plain` or `base64`.'),
  messageEncoding: encoding
    .default('base64')
    .describe("How all further texts travel: `base64` as in the vendor's own client, or `plain`."),
  sendLegacyAuthHeader: z
    .boolean()
    .default(false)
    .describe('Also sends X-Authorization-Token, for servers from before September 2021.'),
  nameLimit: z.int().min(16).max(200).default(32).describe("Longest visitor's name, in UTF-16 units; it is cut there."),
  anonymousEmailDomain: z
    .string()
    .regex(/^[a-z0-9.-]+\.[a-z]{2,}$/i, 'must be a domain')
    .default('visitor.invalid')
    .describe('XM demands an e-mail: visitors without one get a made-up address in this domain. Use one you own.'),
  refreshBeforeMs: ms(0, 60_000).describe('How long before its end an access token is renewed, in ms.'),
  pollTimeoutMs: ms(1, 10_000).describe('Long-poll time for replies, in ms.'),
  pollGraceMs: ms(1, 20_000).describe('How much longer than the long poll its answer is waited for, in ms.'),
  errorPauseMs: ms(0, 5_000).describe('Shortest pause after a failed reading, in ms.'),
  reconcileEveryMs: ms(0, 60_000).describe('How often an idle chat is compared with its history, in ms.'),
  relayEdits: z.boolean().default(false).describe("Relays an agent's edit as a new text marked as edited."),
  endWhenAgentsLeave: z
    .boolean()
    .default(false)
    .describe('Takes a chat for ended when every agent left it. Agents may leave and come back.'),
  endAfterInactiveMs: ms(0, 3_600_000).describe(
    'Takes a chat for ended when nobody wrote for this long, in ms; 0 = never.',
  ),
  maxFileBytes: z
    .int()
    .min(0)
    .max(500_000_000)
    .default(25_000_000)
    .describe('Largest file that is uploaded, in bytes; a longer one is announced as a text.'),
  ...deliverySettings({ settleMs: 5_000, textLimit: 4_000 }),
});

export type XmSettings = z.output<typeof xmSettings>;

export const xmDeclaration = {
  type: 'xm',
  title: 'IPTP XM Live Assistance',
  settings: xmSettings,
  secretPaths: ['captcha.captcha'],
  capabilities: {
    startCarriesText: true,
    canFindStarted: false,
    listensPerChat: true,
    sendsFiles: true,
    knowsOurIds: false,
    pushesHints: false,
  },
} as const;
