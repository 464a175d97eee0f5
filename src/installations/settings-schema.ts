import { z } from 'zod';
import type { DestinationType } from '../destinations/contract.ts';
import { timeZone } from '../destinations/time-zone.ts';
import { closingFormSchema } from './closing-form-schema.ts';
import { crmUrlTemplate } from './crm-url-template.ts';
import { DEFAULT_AGE_LIMIT_MINUTES, DEFAULT_LATE_START_SECONDS } from './planning-queries.ts';

const secretText = z.string().min(1).max(4096);
const httpsOrHttp = z.url({ protocol: /^https?$/ });
/** A website's number has 15 digits at most, in every spelling (see `parseWebsiteRef`). */
const MOST_WEBSITE = 999_999_999_999_999;
const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

/** What destinations of all types have. */
export const destinationShape = {
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'may hold lower-case letters, digits and "-" only')
    .describe('A name of your choice; unique in the installation.'),
  role: z
    .enum(['primary', 'watcher'])
    .optional()
    .describe(
      'Notes that iAdvize’s agents leave (the profile’s `NOTE`) go into the primary’s chat; there is one at most. Answers of remote agents are kept from either.',
    ),
};

function destinationSchema(types: readonly DestinationType[]) {
  const byType = new Map(types.map((type) => [type.type, type]));
  return z
    .strictObject({
      ...destinationShape,
      type: z.enum(types.map((type) => type.type)),
      settings: z.record(z.string(), z.unknown()),
    })
    .superRefine((destination, context) => {
      const parsed = byType.get(destination.type)?.settings.safeParse(destination.settings);
      for (const issue of parsed?.error?.issues ?? []) {
        context.addIssue({ ...issue, path: ['settings', ...issue.path] });
      }
    });
}

/** Which website an installation is for; the settings stand beside it. */
export const identitySchema = z.looseObject({
  platform: z
    .string()
    .toLowerCase()
    .pipe(z.enum(['sd', 'ha']))
    .describe('`ha` or `sd`.'),
  websiteId: z
    .union([z.int(), z.string().regex(/^\d+$/, 'must be a number')])
    .transform(Number)
    // What no call could name would be installed and never found.
    .pipe(z.int().positive().max(MOST_WEBSITE))
    .describe('The website’s number on its platform.'),
});

/** The JSON of product.md 4. Strict: an unknown setting is refused, so that a misspelt one is not silently nothing. */
export function createSettingsSchema(types: readonly DestinationType[]) {
  return z.strictObject({
    label: z.string().min(1).max(200).describe('What the operator calls it.'),
    locale: z
      .string()
      .regex(/^[a-z]{2}([-_][A-Za-z]{2,4})?$/, 'must look like "fr" or "fr-FR"')
      .optional()
      .describe('`fr` or `fr-FR`: language of prices, and of labels where the agent’s is not known.'),
    currency: z
      .string()
      .refine((code) => CURRENCIES.has(code), 'must be an ISO 4217 code such as EUR')
      .optional()
      .describe('ISO 4217 code, for prices whose feed names none.'),
    timeZone: timeZone.optional().describe('Of times that people read: `Europe/Paris`.'),
    clientId: z
      .union([z.int().positive(), z.string().regex(/^\d{1,18}$/)])
      .optional()
      .describe('iAdvize’s number of the client; learned from events.'),
    connectorVersionId: z.string().optional().describe('Learned from plug-in calls.'),
    iadvize: z
      .strictObject({
        restApiKey: secretText.optional().describe('Reads visitors and transcripts. Secret.'),
        graphqlUsername: z.string().optional(),
        graphqlPassword: secretText.optional().describe('Secret.'),
        botOperatorId: z.string().optional().describe('Kept for the bot channel; nothing reads it yet.'),
      })
      .optional()
      .describe('Access to iAdvize’s own APIs.'),
    catalogue: z
      .strictObject({
        url: httpsOrHttp.optional().describe('Where the product feed is read.'),
        format: z
          .enum(['google-merchant', 'csv', 'tsv', 'json', 'ndjson'])
          .optional()
          .describe('Guessed from the content where it is absent.'),
        refreshMinutes: z.int().min(1).max(10_080).default(60),
        allowShrink: z
          .boolean()
          .default(false)
          .describe('Whether a feed may have fewer than half of the items that are live.'),
        maxMegabytes: z.int().min(1).max(10_240).default(2_048),
      })
      .optional(),
    profile: z
      .strictObject({
        crmUrlTemplate: crmUrlTemplate
          .optional()
          .describe('Link to a person in the CRM, with `{externalId}`, `{email}` or `{visitorId}` in it.'),
      })
      .optional(),
    closingForm: closingFormSchema.optional(),
    destinations: z
      .array(destinationSchema(types))
      .max(10)
      .default([])
      .superRefine((destinations, context) => {
        destinations.forEach(({ id, role }, index) => {
          if (destinations.findIndex((other) => other.id === id) < index) {
            context.addIssue({ code: 'custom', path: [index, 'id'], message: 'is used twice' });
          }
          if (role === 'primary' && destinations.findIndex((other) => other.role === 'primary') < index) {
            context.addIssue({ code: 'custom', path: [index, 'role'], message: 'only one destination can be primary' });
          }
        });
      }),
    retentionDays: z
      .int()
      .min(1)
      .max(3650)
      .optional()
      .describe('How many days its events and conversations are kept; `RETENTION_DAYS` where it is absent.'),
    consoleFeatures: z
      .array(z.enum(['ACTION', 'SELECT', 'TEXTAREA', 'INTEGER', 'DECIMAL']))
      .optional()
      .describe('What the client’s console knows beyond 2017.'),
    lateStartSeconds: z
      .number()
      .min(0)
      .max(3600)
      .default(DEFAULT_LATE_START_SECONDS)
      .describe('How long a close waits for its start.'),
    messageAgeLimitMinutes: z
      .number()
      .positive()
      .optional()
      .describe(
        `How long what is only worth saying at its time (a rating, an agent's note from the visitor profile) is waited for before it expires, ${DEFAULT_AGE_LIMIT_MINUTES} minutes where it is absent. Starts, transcripts, transfers and changed contact data have no limit.`,
      ),
    uncertainPolicy: z
      .enum(['hold', 'resend', 'skip'])
      .optional()
      .describe(
        'What becomes of a delivery when nobody can tell whether it arrived. `hold`: it is `uncertain`, and its lane waits for a person. `resend`: it is sent again, and may be read twice. `skip`: it is passed over, and a note in its place tells the agent; a start that is passed over leaves no chat to tell it in, so all that hangs on it is passed over too, each with its reason. Absent: a start that cannot be looked up is sent again, all else is held.',
      ),
    followUpSeconds: z.int().min(0).max(86_400).optional(),
  });
}

export type SettingsSchema = ReturnType<typeof createSettingsSchema>;
export type InstallationSettings = z.output<SettingsSchema>;
export type DestinationSetting = InstallationSettings['destinations'][number];
