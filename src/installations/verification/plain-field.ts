import { z } from 'zod';
import { fault, fine, type Finding } from '../../destinations/finding.ts';
import { trimmed } from '../../destinations/installer-form.ts';
import { type HttpClient } from '../../outgoing/http-client.ts';
import { withDeadline } from '../../outgoing/deadline-client.ts';
import { createSettingsSchema } from '../settings-schema.ts';
import type { DestinationType } from '../../destinations/contract.ts';
import type { Platform } from '../website-ref.ts';
import { checkCatalogueUrl } from './catalogue-check.ts';

/** The website an installation stands on. */
export interface Site {
  platform: Platform;
  websiteId: number;
}

/**
 * Asks iAdvize about a REST key; without a site, every platform that may know it. `deadline` on the clock of
 * `performance.now()`, in ms. Throws nothing on purpose.
 */
export type AskRestKey = (
  apiKey: string,
  site: Site | undefined,
  deadline: number,
) => Promise<'works' | 'refused' | 'other-website' | 'unavailable'>;

/** A field of the marketplace's form that fills a setting of the installation itself. */
export interface PlainField {
  id: string;
  /** The setting, as a dotted path. */
  setting: string;
  label: string;
  form: z.ZodType<string, string>;
  check(value: string, site: Site | undefined, deadline: number): Promise<Finding[]>;
}

const judgedByForm = async (): Promise<Finding[]> => [];

/** The marketplace's fields that belong to no chat system (product 3). */
export function plainFields(types: readonly DestinationType[], http: HttpClient, askRestKey: AskRestKey): PlainField[] {
  const { locale, currency } = createSettingsSchema(types).shape;
  return [
    {
      id: 'iadvize_api_key',
      setting: 'iadvize.restApiKey',
      label: 'The iAdvize API key',
      form: trimmed.regex(/^[\x21-\x7e]+$/, 'must not hold blanks or special characters'),
      check: (apiKey, site, deadline) => checkApiKey(askRestKey(apiKey, site, deadline)),
    },
    {
      id: 'catalogue_url',
      setting: 'catalogue.url',
      label: 'The catalogue’s address',
      form: trimmed.pipe(z.url({ protocol: /^https?$/, error: 'must be an http or https address' })),
      check: (address, _site, deadline) => checkCatalogueUrl(address, 'catalogue.url', withDeadline(http, deadline)),
    },
    {
      id: 'currency',
      setting: 'currency',
      label: 'The currency',
      form: trimmed.toUpperCase().refine((code) => currency.safeParse(code).success, {
        error: 'must be an ISO 4217 code such as EUR',
      }),
      check: judgedByForm,
    },
    {
      id: 'locale',
      setting: 'locale',
      label: 'The language',
      form: trimmed.refine((text) => locale.safeParse(text).success, { error: 'must look like "fr" or "fr-FR"' }),
      check: judgedByForm,
    },
  ];
}

/** The answer of iAdvize as a finding about `iadvize.restApiKey`. Awaits the question it is given. */
export async function checkApiKey(asked: ReturnType<AskRestKey>): Promise<Finding[]> {
  const field = 'iadvize.restApiKey';
  switch (await asked) {
    case 'works':
      return [fine('works', 'iAdvize accepts the API key.')];
    case 'refused':
      return [
        fault(field, 'credentials-refused', 'iAdvize refused the API key. Ask iAdvize support for the right one.'),
      ];
    case 'other-website':
      return [
        fault(
          field,
          'permission-missing',
          'The API key does not show this website. Use the key of the account that owns it.',
        ),
      ];
    case 'unavailable':
      return [fault(field, 'no-answer', 'iAdvize did not answer in time, or not as it should. Try again.')];
  }
}
