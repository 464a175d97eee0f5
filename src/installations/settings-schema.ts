import { z } from 'zod';
import type { DestinationType } from '../destinations/contract.ts';
import { timeZone } from '../destinations/time-zone.ts';
import { closingFormSchema } from './closing-form-schema.ts';
import { DEFAULT_LATE_START_SECONDS } from './planning-queries.ts';

const secretText = z.string().min(1).max(4096);
const httpsOrHttp = z.url({ protocol: /^https?$/ });
const CRM_PLACEHOLDER = /\{(externalId|email|visitorId)\}/;

function destinationSchema(types: readonly DestinationType[]) {
  const byType = new Map(types.map((type) => [type.type, type]));
  return z
    .strictObject({
      id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'may hold lower-case letters, digits and "-" only'),
      type: z.enum(types.map((type) => type.type)),
      role: z.enum(['primary', 'watcher']).optional(),
      settings: z.record(z.string(), z.unknown()),
    })
    .superRefine((destination, context) => {
      const parsed = byType.get(destination.type)?.settings.safeParse(destination.settings);
      for (const issue of parsed?.error?.issues ?? []) {
        context.addIssue({ ...issue, path: ['settings', ...issue.path] });
      }
    });
}

/** The JSON of product.md 4. Strict: an unknown setting is refused, so that a misspelt one is not silently nothing. */
export function createSettingsSchema(types: readonly DestinationType[]) {
  return z.strictObject({
    label: z.string().min(1).max(200),
    locale: z
      .string()
      .regex(/^[a-z]{2}([-_][A-Za-z]{2,4})?$/, 'must look like "fr" or "fr-FR"')
      .optional(),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as EUR')
      .optional(),
    timeZone: timeZone.optional(),
    clientId: z.union([z.int().positive(), z.string().regex(/^\d{1,18}$/)]).optional(),
    connectorVersionId: z.string().optional(),
    iadvize: z
      .strictObject({
        restApiKey: secretText.optional(),
        graphqlUsername: z.string().optional(),
        graphqlPassword: secretText.optional(),
        botOperatorId: z.string().optional(),
      })
      .optional(),
    catalogue: z
      .strictObject({
        url: httpsOrHttp.optional(),
        format: z.enum(['google-merchant', 'csv', 'tsv', 'json', 'ndjson']).optional(),
        refreshMinutes: z.int().min(1).max(10_080).default(60),
        allowShrink: z.boolean().default(false),
        maxMegabytes: z.int().min(1).max(10_240).default(2_048),
      })
      .optional(),
    profile: z
      .strictObject({
        crmUrlTemplate: z.string().regex(CRM_PLACEHOLDER, 'must hold {externalId} or {email}').optional(),
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
    retentionDays: z.int().min(1).max(3650).optional(),
    consoleFeatures: z.array(z.enum(['ACTION', 'SELECT', 'TEXTAREA', 'INTEGER', 'DECIMAL'])).optional(),
    lateStartSeconds: z.number().min(0).max(3600).default(DEFAULT_LATE_START_SECONDS),
    messageAgeLimitMinutes: z.number().positive().optional(),
    uncertainPolicy: z.enum(['hold', 'resend', 'skip']).optional(),
    followUpSeconds: z.int().min(0).max(86_400).optional(),
  });
}

export type SettingsSchema = ReturnType<typeof createSettingsSchema>;
export type InstallationSettings = z.output<SettingsSchema>;
export type DestinationSetting = InstallationSettings['destinations'][number];
