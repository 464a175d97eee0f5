import { z } from 'zod';
import { deliverySettings } from '../delivery-settings.ts';
import { apiAddress, headerValue, tenantDomain } from './address-forms.ts';

const MEGABYTE = 1024 * 1024;
const milliseconds = (defaultMs: number, minMs = 0) => z.int().min(minMs).max(3_600_000).default(defaultMs);

/** Bright Pattern ServicePattern (contract: servicepattern.md). */
export const servicepatternSettings = z.strictObject({
  baseUrl: apiAddress.describe(
    'Address of the Mobile/Web API without its version: https://<tenant host>/clientweb/api',
  ),
  apiVersion: z.enum(['v1', 'v2']).default('v1').describe('Version of that API: `v1`, or `v2` on newer systems.'),
  tenantUrl: tenantDomain.describe('Domain of the tenant, such as acme.brightpattern.com; without https://'),
  appId: headerValue.describe('Id of the Messaging/Chat scenario entry that gets the chats.'),
  whenClosed: z
    .enum(['wait', 'start'])
    .default('wait')
    .describe(
      'Outside the opening hours of the entry: `wait` requests no chat until it opens, `start` leaves it to the scenario.',
    ),
  askParameters: z
    .boolean()
    .default(true)
    .describe('Asks what the entry expects to be told about a visitor and gives what is known, by its own names.'),
  sendPhoneNumber: z
    .boolean()
    .default(false)
    .describe("Gives the visitor's phone number as call-back number. Depending on the entry, it is then called."),
  htmlEscape: z
    .boolean()
    .default(false)
    .describe('Escapes texts as HTML, for agents whose desktop shows markup; the plain text goes beside it.'),
  relayScenarioTexts: z
    .boolean()
    .default(true)
    .describe("Whether the visitor gets the scenario's own texts, such as a greeting in the queue."),
  askFormsAsText: z
    .boolean()
    .default(false)
    .describe(
      'Shows the visitor the name of a form and takes the next text for its answer; else forms are passed over.',
    ),
  endWith: z
    .enum(['end', 'disconnect'])
    .default('end')
    .describe('How a chat is ended: `end`, or `disconnect`, which leaves the session to the scenario for a survey.'),
  surveyMs: z
    .int()
    .min(0)
    .max(9 * 60_000)
    .default(60_000)
    .describe('With `disconnect`: how long what the scenario still writes is read, in ms, unless it ends sooner.'),
  fileLimitBytes: z
    .int()
    .min(1)
    .max(25 * MEGABYTE)
    .default(25 * MEGABYTE)
    .describe('Largest file that is uploaded, in bytes; larger ones are announced as text.'),
  fileWithoutIdAfter500: z
    .boolean()
    .default(true)
    .describe('Some servers answer 500 to a file with a message id: it is then sent once more without one.'),
  tenantUrlOnFiles: z
    .boolean()
    .default(true)
    .describe('Also names the tenant when a file is fetched, where the vendor does not ask for it.'),
  pollTimeoutMs: milliseconds(25_000, 100).describe(
    'How long one long poll may take, in ms. The server holds it for 5 to 15 seconds.',
  ),
  afterAbortMs: milliseconds(500).describe('Pause after a poll that was given up, in ms.'),
  duplicatePollPauseMs: milliseconds(15_000).describe(
    'Pause when the server says that the chat is being polled already, in ms.',
  ),
  pollRetryBaseMs: milliseconds(2_000).describe(
    'First pause after a failed poll, in ms; doubles with each further one.',
  ),
  pollRetryMaxMs: milliseconds(30_000).describe('Longest pause between failed polls, in ms.'),
  keepAliveMs: milliseconds(0).describe(
    'Signals "typing" this often, in ms, so that a silent visitor does not time out; 0: never. That the server counts it is not documented.',
  ),
  ...deliverySettings({ settleMs: 5_000, textLimit: 4_000 }),
});

export type ServicepatternSettings = z.output<typeof servicepatternSettings>;

export const servicepatternDeclaration = {
  type: 'servicepattern',
  title: 'Bright Pattern ServicePattern',
  settings: servicepatternSettings,
  secretPaths: ['appId'],
  capabilities: {
    startCarriesText: false,
    canFindStarted: true,
    listensPerChat: true,
    sendsFiles: true,
    knowsOurIds: true,
    pushesHints: false,
  },
} as const;
