import type { HttpClient } from '../../outgoing/http-client.ts';
import { DestinationFailure } from '../destination-failure.ts';
import { fault, fine, type Finding, findingsOrTrouble } from '../finding.ts';
import type { Choice, KnownSettings } from '../installer-form.ts';
import { callRemote, failureOf, isSuccess } from '../remote-call.ts';

const TIMEOUT_MS = 15_000;

/** XM has no call that lists them (contract 3.1). */
export const DEPARTMENTS: readonly Choice[] = [
  { value: '1', label: 'Test' },
  { value: '2', label: 'Live assistance (iptp.net)' },
  { value: '3', label: 'LagBlaster (lagblaster.com)' },
];

/** Address by `GET version`, department by the list. The captcha pair is spent by a chat only, so it stays untried. */
export async function checkXm(known: KnownSettings, http: HttpClient): Promise<Finding[]> {
  const findings = judgeDepartment(known['departmentId']);
  const { baseUrl } = known;
  if (typeof baseUrl !== 'string') return findings;
  findings.push(...(await findingsOrTrouble(readVersion(baseUrl, http), 'baseUrl', 'XM')));
  if (known['captcha.captchaId'] !== undefined) {
    findings.push(
      fine('not-testable', 'The captcha pair cannot be tried without starting a chat; it was not checked.'),
    );
  }
  return findings;
}

async function readVersion(baseUrl: string, http: HttpClient): Promise<Finding[]> {
  const url = new URL(`${baseUrl}/version`);
  const headers = { Accept: 'application/json' };
  const response = await callRemote(http, { method: 'GET', url, headers, timeoutMs: TIMEOUT_MS }, 'reads');
  if (!isSuccess(response)) throw failureOf(response, 'reads');
  // The answer's shape is not documented; a web page means that the address lacks its "/xm".
  const isPage = /^\s*</.test(response.body.toString('utf8', 0, 200));
  if (isPage) throw new DestinationFailure('notSent', 'bad-answer');
  return [fine('works', 'XM answers at this address.')];
}

function judgeDepartment(departmentId: string | number | undefined): Finding[] {
  if (departmentId === undefined || DEPARTMENTS.some(({ value }) => value === String(departmentId))) return [];
  const there = DEPARTMENTS.map(({ value, label }) => `${value} (${label})`).join(', ');
  return [
    fault('departmentId', 'unknown-choice', `XM has no department of that number. Choose one of these: ${there}.`),
  ];
}
