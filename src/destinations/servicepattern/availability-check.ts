import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { HttpClient } from '../../outgoing/http-client.ts';
import type { OutgoingResponse } from '../../outgoing/outgoing-request.ts';
import { fault, fine, type Finding, findingsOrTrouble } from '../finding.ts';
import { type InstallerForm, type KnownSettings, trimmed } from '../installer-form.ts';
import { callRemote, failureOf, isSuccess, jsonOf } from '../remote-call.ts';
import { upstreamUrl } from '../upstream-url.ts';

const TITLE = 'ServicePattern';
const TIMEOUT_MS = 15_000;

const accessSchema = z.object({ baseUrl: z.string(), tenantUrl: z.string(), appId: z.string() });
const availabilitySchema = z.object({ chat: z.string() });
/** The code is text in the vendor's apps and a number in its wiki (contract 1.1). */
const errorSchema = z.object({ error_code: z.union([z.string(), z.number()]).transform(String) });

/** Whose fault an error is, by its code (contract 1.1). */
const FAULTY_SETTING: Readonly<Record<string, 'tenantUrl' | 'appId'>> = {
  '1000': 'tenantUrl',
  '2003': 'appId',
  '3000': 'appId',
  '5006': 'appId',
};

const SENTENCES = {
  tenantUrl: 'ServicePattern does not know this tenant. Enter its domain, such as acme.brightpattern.com.',
  appId: 'ServicePattern refused the application id. Enter the id of the Messaging/Chat scenario entry.',
};

/** `GET availability` (contract 2): tells address, tenant and application id apart, and starts nothing. */
async function checkAvailability(known: KnownSettings, http: HttpClient): Promise<Finding[]> {
  const access = accessSchema.safeParse(known);
  if (!access.success) return [];
  const { baseUrl, tenantUrl, appId } = access.data;
  // The nonce is the vendor's own way around caches.
  const query = new URLSearchParams({ tenantUrl, nonce: String(Date.now()) });
  const url = new URL(`${baseUrl}/v1/availability?${query.toString()}`);
  const headers = {
    Authorization: `MOBILE-API-140-327-PLAIN appId="${appId}", clientId="${randomUUID()}"`,
    'User-Agent': 'MobileClient',
    'Cache-Control': 'no-cache',
    Accept: 'application/json',
  };
  return judgeAnswer(await callRemote(http, { method: 'GET', url, headers, timeoutMs: TIMEOUT_MS }, 'reads'));
}

function judgeAnswer(response: OutgoingResponse): Finding[] {
  const body = jsonOf(response);
  const error = errorSchema.safeParse(body);
  const refused = response.status === 401 || response.status === 403;
  const setting = FAULTY_SETTING[error.data?.error_code ?? ''] ?? (refused ? 'appId' : undefined);
  if (setting) return [fault(setting, 'credentials-refused', SENTENCES[setting])];
  if (!isSuccess(response)) throw failureOf(response, 'reads');
  if (!availabilitySchema.safeParse(body).success) {
    return [fault('baseUrl', 'bad-answer', 'What answers at this address is not ServicePattern. Check the address.')];
  }
  return [fine('works', 'ServicePattern accepts the tenant and the application id.')];
}

/** Bare hosts get the path of the API, and a version at the end goes: the version is another setting. */
const apiAddress = trimmed.pipe(upstreamUrl).transform((text) => {
  const url = new URL(text);
  if (url.pathname === '/') url.pathname = '/clientweb/api';
  return url.href.replace(/\/v[12]$/, '');
});

/** A domain; some paste it with its scheme, which the server refuses (contract 1). */
const tenantDomain = trimmed
  .transform((text) => text.replace(/^https?:\/\//i, '').replace(/\/+$/, ''))
  .refine((text) => /^[a-z0-9.-]+(:\d+)?$/i.test(text), 'must be a domain such as acme.brightpattern.com');

/**
 * The marketplace's fields for ServicePattern (product 3). There is no destination of this type yet: values are judged,
 * and with an installation key kept pending, but no destination comes of them until the registry has the type.
 */
export const servicepatternInstaller: InstallerForm = {
  type: 'servicepattern',
  title: TITLE,
  constants: {},
  address: 'baseUrl',
  secretSettings: ['appId'],
  fields: [
    {
      id: 'servicepattern_base_url',
      setting: 'baseUrl',
      label: 'The ServicePattern address',
      isRequired: true,
      form: apiAddress,
    },
    {
      id: 'servicepattern_tenant_url',
      setting: 'tenantUrl',
      label: 'The tenant',
      isRequired: true,
      form: tenantDomain,
    },
    {
      id: 'servicepattern_app_id',
      setting: 'appId',
      label: 'The application id',
      isRequired: true,
      // A quotation mark would end the value inside the Authorization header.
      form: trimmed.regex(/^[^"\p{Cc}]+$/u, 'must not hold quotation marks'),
    },
  ],
  check: (known, http) => findingsOrTrouble(checkAvailability(known, http), 'baseUrl', TITLE),
};
