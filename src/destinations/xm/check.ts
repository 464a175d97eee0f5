import type { HttpClient } from '../../outgoing/http-client.ts';
import type { OutgoingResponse } from '../../outgoing/outgoing-request.ts';
import { clockFindings } from '../clock-finding.ts';
import { DestinationFailure } from '../destination-failure.ts';
import { fault, fine, type Finding, troubleFinding } from '../finding.ts';
import type { Choice, KnownSettings } from '../installer-form.ts';
import { callRemote, isSuccess } from '../remote-call.ts';
import { fetchCaptcha } from './captcha.ts';
import type { XmSettings } from './definition.ts';
import { xmFailure } from './failures.ts';

const TIMEOUT_MS = 15_000;
const CLOCK = { title: 'XM', limitMs: 60_000, so: 'tokens are renewed at the wrong time' };

/** XM has no call that lists them (contract 3.1). */
export const DEPARTMENTS: readonly Choice[] = [
  { value: '1', label: 'Test' },
  { value: '2', label: 'Live assistance (iptp.net)' },
  { value: '3', label: 'LagBlaster (lagblaster.com)' },
];

/** Address by `GET version`, department by the list; what only a chat would show stays untried, and is said to be. */
export async function checkXm(known: KnownSettings, http: HttpClient): Promise<Finding[]> {
  const findings = judgeDepartment(known['departmentId']);
  const { baseUrl } = known;
  if (typeof baseUrl !== 'string') return findings;
  const answer = await versionOrTrouble(baseUrl, http);
  findings.push('ok' in answer ? answer : fine('works', 'XM answers at this address.'));
  if (known['captcha.captchaId'] !== undefined) findings.push(untried('The department and the captcha pair'));
  return findings;
}

/** All that can be asked without starting a chat, of complete settings. */
export async function checkConfigured(settings: XmSettings, http: HttpClient, now: () => Date): Promise<Finding[]> {
  const findings = judgeDepartment(settings.departmentId);
  const answer = await versionOrTrouble(settings.baseUrl, http);
  findings.push('ok' in answer ? answer : fine('works', 'XM answers at this address.'));
  if (!('ok' in answer)) findings.push(...clockFindings(answer, now(), CLOCK));
  switch (settings.captcha.strategy) {
    case 'fixed':
      return [...findings, untried('The department and the captcha pair')];
    case 'operator':
      if (!('ok' in answer)) findings.push(await judgeCaptcha(settings, http));
      return [...findings, untried('The department')];
    case 'visitor':
      return [...findings, fault('captcha.strategy', 'challenge-unsupported', UNSUPPORTED)];
  }
}

const UNSUPPORTED =
  'Visitors cannot answer captchas before conversations go both ways, which is not supported yet: chats are parked. Choose "operator" or "fixed".';

const untried = (what: string): Finding =>
  fine('not-testable', `${what} cannot be tried without starting a chat; this was not checked.`);

async function versionOrTrouble(baseUrl: string, http: HttpClient): Promise<OutgoingResponse | Finding> {
  try {
    return await readVersion(baseUrl, http);
  } catch (error) {
    if (!(error instanceof DestinationFailure)) throw error;
    if (error.code !== 'bad-answer') return troubleFinding(error, 'baseUrl', 'XM');
    const sentence = `The host answers, but not as XM's public root. Its address ends in "/xm", as in https://xm.iptp.net/xm.`;
    return fault('baseUrl', 'bad-answer', sentence);
  }
}

async function readVersion(baseUrl: string, http: HttpClient): Promise<OutgoingResponse> {
  const url = new URL(`${baseUrl}/version`);
  const headers = { Accept: 'application/json' };
  const response = await callRemote(http, { method: 'GET', url, headers, timeoutMs: TIMEOUT_MS }, 'reads');
  // The answer's shape is not documented; a web page means that the address lacks its "/xm".
  const isPage = isSuccess(response) && /^\s*</.test(response.body.toString('utf8', 0, 200));
  if (isPage || response.status === 404) throw new DestinationFailure('notSent', 'bad-answer');
  if (!isSuccess(response)) throw xmFailure(response, 'reads');
  return response;
}

async function judgeCaptcha(settings: XmSettings, http: HttpClient): Promise<Finding> {
  try {
    await fetchCaptcha(settings, http);
    return fine('works', 'XM hands out captchas.');
  } catch (error) {
    if (!(error instanceof DestinationFailure)) throw error;
    const sentence = 'XM answers, but hands out no captcha: no chat can be started. Ask the vendor.';
    return fault('captcha.strategy', error.code, sentence);
  }
}

function judgeDepartment(departmentId: string | number | undefined): Finding[] {
  if (departmentId === undefined || DEPARTMENTS.some(({ value }) => value === String(departmentId))) return [];
  const there = DEPARTMENTS.map(({ value, label }) => `${value} (${label})`).join(', ');
  const sentence = `XM documents no department of that number, and it cannot be asked for. Choose one of these: ${there}.`;
  return [fault('departmentId', 'unknown-choice', sentence)];
}
