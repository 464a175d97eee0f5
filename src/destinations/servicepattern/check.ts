import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { HttpClient } from '../../outgoing/http-client.ts';
import type { OutgoingResponse } from '../../outgoing/outgoing-request.ts';
import { clockFindings } from '../clock-finding.ts';
import { fault, fine, type Finding, findingsOrTrouble } from '../finding.ts';
import type { KnownSettings } from '../installer-form.ts';
import { isSuccess, jsonOf } from '../remote-call.ts';
import { createServicepatternCaller, type ServicepatternCaller } from './caller.ts';
import { faultySetting, servicepatternFailure } from './failures.ts';
import { countNeverFilled } from './expected-parameters.ts';
import { availabilitySchema, parametersSchema } from './wire.ts';

const TITLE = 'ServicePattern';
const TIMEOUT_MS = 15_000;
const CLOCK = { title: TITLE, limitMs: 60_000, so: 'agents and operators see messages at the wrong time' };

const accessSchema = z.object({
  baseUrl: z.string(),
  apiVersion: z.enum(['v1', 'v2']).default('v1'),
  tenantUrl: z.string(),
  appId: z.string(),
});

const SENTENCES = {
  tenantUrl: 'ServicePattern does not know this tenant. Enter its domain, such as acme.brightpattern.com.',
  appId: 'ServicePattern refused the application id. Enter the id of the Messaging/Chat scenario entry.',
};

/**
 * Address, tenant and application id, told apart by `GET availability` (contract 2), which starts nothing; with `now`
 * also the clock. Throws nothing on purpose.
 */
export async function checkServicepattern(
  known: KnownSettings,
  http: HttpClient,
  now?: () => Date,
): Promise<Finding[]> {
  const access = accessSchema.safeParse(known);
  if (!access.success) return [];
  const call = createServicepatternCaller({ ...access.data, clientId: randomUUID() }, http);
  return findingsOrTrouble(ask(call, access.data.apiVersion, now), 'baseUrl', TITLE);
}

async function ask(
  call: ServicepatternCaller,
  apiVersion: 'v1' | 'v2',
  now: (() => Date) | undefined,
): Promise<Finding[]> {
  if (apiVersion === 'v2') {
    const version = await call('GET', 'version', 'reads', { timeoutMs: TIMEOUT_MS });
    const sentence =
      'Nothing at this address speaks version v2 of the API. Check the address, or set apiVersion to v1.';
    if (version.status === 404) return [fault('apiVersion', 'unknown-choice', sentence)];
  }
  const response = await call('GET', 'availability', 'reads', { timeoutMs: TIMEOUT_MS });
  const findings = judgeAvailability(response);
  if (!now || !isSuccess(response)) return findings;
  return [...findings, ...clockFindings(response, now(), CLOCK), ...(await unfilledParameters(call))];
}

/** Not knowing them is no trouble: older servers have no such call. */
async function unfilledParameters(call: ServicepatternCaller): Promise<Finding[]> {
  const response = await call('GET', 'parameters', 'reads', { timeoutMs: TIMEOUT_MS });
  if (!isSuccess(response)) return [];
  const count = countNeverFilled(parametersSchema.safeParse(jsonOf(response)).data ?? []);
  if (count === 0) return [];
  const sentence = `Its scenario entry expects ${count} parameter(s) of types that no visitor of iAdvize has, such as TEXT.`;
  return [fine('unknown-parameters', sentence)];
}

function judgeAvailability(response: OutgoingResponse): Finding[] {
  const setting = faultySetting(response);
  if (setting) return [fault(setting, 'credentials-refused', SENTENCES[setting])];
  if (!isSuccess(response)) throw servicepatternFailure(response, 'reads', 0);
  const availability = availabilitySchema.safeParse(jsonOf(response));
  if (!availability.success) {
    return [fault('baseUrl', 'bad-answer', 'What answers at this address is not ServicePattern. Check the address.')];
  }
  const works = fine('works', 'ServicePattern accepts the tenant and the application id.');
  if (availability.data.chat === 'available') return [works];
  return [works, fine('unavailable', 'Its scenario entry is outside its opening hours now.')];
}
