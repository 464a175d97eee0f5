import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { CAPTCHA, REST_KEY, THULIUM_LOGIN } from '../support/bridge-world.ts';
import { startVerificationWorld, type VerificationWorld } from './verification-world.ts';

interface Found {
  subject: string;
  ok: boolean;
  field: string;
  code: string;
  sentence: string;
}

let world: VerificationWorld;

beforeAll(async () => void (world = await startVerificationWorld()));
afterAll(() => world.stop());

async function check(id: string) {
  const { status, body } = await world.service.admin<{ findings: Found[] }>('POST', `/installations/${id}/check`);
  expect(status).toBe(200);
  return body.findings;
}

const brief = ({ subject, ok, field, code }: Found) => ({ subject, ok, field, code });

test('An installation that works: every system is found to, and nothing is written anywhere', async () => {
  const { id } = await world.newInstallation(1, {
    iadvize: { restApiKey: REST_KEY },
    catalogue: { url: world.shop.url },
    destinations: [world.thuliumDestination(), world.xmDestination()],
  });
  expect((await check(id)).map(brief)).toEqual([
    { subject: 'thulium-main', ok: true, field: '', code: 'works' },
    { subject: 'thulium-main', ok: true, field: '', code: 'works' },
    { subject: 'xm-watch', ok: true, field: '', code: 'works' },
    { subject: 'xm-watch', ok: true, field: '', code: 'not-testable' },
    { subject: 'iadvize', ok: true, field: '', code: 'works' },
    { subject: 'catalogue', ok: true, field: '', code: 'works' },
  ]);
  expect([...world.thulium.ledger.entries(), ...world.xm.ledger.entries()]).toEqual([]);
});

test('An installation in which nothing works: one finding for each, no secret in any', async () => {
  const { id } = await world.newInstallation(2, {
    iadvize: { restApiKey: 'canary-key' },
    catalogue: { url: `${world.shop.url}/missing` },
    destinations: [
      world.thuliumDestination({ apiPassword: 'canary-password' }),
      world.xmDestination({ baseUrl: 'http://127.0.0.1:1/xm' }),
    ],
  });
  const findings = await check(id);
  expect(findings.filter(({ ok }) => !ok).map(brief)).toEqual([
    { subject: 'thulium-main', ok: false, field: 'apiPassword', code: 'credentials-refused' },
    { subject: 'xm-watch', ok: false, field: 'baseUrl', code: 'unreachable' },
    { subject: 'iadvize', ok: false, field: 'iadvize.restApiKey', code: 'credentials-refused' },
    { subject: 'catalogue', ok: false, field: 'catalogue.url', code: 'request-refused' },
  ]);
  const told = JSON.stringify(findings) + world.service.logs();
  for (const secret of ['canary', THULIUM_LOGIN.apiPassword, CAPTCHA.captcha, REST_KEY])
    expect(told).not.toContain(secret);
});

test('An empty installation is told what it lacks', async () => {
  const { id } = await world.newInstallation(3);
  expect((await check(id)).map(brief)).toEqual([
    { subject: 'installation', ok: false, field: 'destinations', code: 'missing' },
    { subject: 'iadvize', ok: false, field: 'iadvize.restApiKey', code: 'missing' },
    { subject: 'catalogue', ok: true, field: '', code: 'not-configured' },
  ]);
});

test('Settings that a later release does not take are a finding', async () => {
  const { id } = await world.newInstallation(4);
  await world.service.database.query(
    `UPDATE installation SET settings = '{"label":"x","colour":"red"}' WHERE id = $1`,
    [id],
  );
  expect((await check(id)).map(brief)).toEqual([
    { subject: 'installation', ok: false, field: 'colour', code: 'settings-do-not-fit' },
  ]);
});

test('An unknown installation is 404, a call without the token 401', async () => {
  expect((await world.service.admin('POST', '/installations/ha-999/check')).status).toBe(404);
  const path = `${world.service.url}/admin/api/installations/ha-1/check`;
  expect((await fetch(path, { method: 'POST' })).status).toBe(401);
});
