import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CAPTCHA, REST_KEY, THULIUM_LOGIN } from '../support/bridge-world.ts';
import { eventually } from '../support/eventually.ts';
import { ADMIN_TOKEN } from '../support/test-environment.ts';
import { GRAPHQL_LOGIN, startVerificationWorld, type VerificationWorld } from './verification-world.ts';

interface Found {
  subject: string;
  ok: boolean;
  field: string;
  code: string;
  sentence: string;
}

/** A busy machine is no slow chat system. */
const PATIENT = { settleMs: 60_000 };

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
    destinations: [world.thuliumDestination(PATIENT), world.xmDestination(PATIENT)],
  });
  expect((await check(id)).map(brief)).toEqual([
    { subject: 'thulium-main', ok: true, field: '', code: 'works' },
    { subject: 'thulium-main', ok: true, field: '', code: 'works' },
    { subject: 'thulium-main', ok: true, field: '', code: 'works' },
    { subject: 'xm-watch', ok: true, field: '', code: 'works' },
    { subject: 'xm-watch', ok: true, field: '', code: 'not-testable' },
    { subject: 'xm-watch', ok: true, field: '', code: 'works' },
    { subject: 'iadvize', ok: true, field: '', code: 'works' },
    { subject: 'catalogue', ok: true, field: '', code: 'works' },
  ]);
  expect([...world.thulium.ledger.entries(), ...world.xm.ledger.entries()]).toEqual([]);
});

test('A chat system that answers slower than its settle time is a fault of that setting, with what was measured', async () => {
  const slow = { match: { path: /\/chats$/ }, times: Infinity, kind: 'delay' as const, ms: 400 };
  world.thulium.faults.add(slow);
  const { id } = await world.newInstallation(5, {
    iadvize: { restApiKey: REST_KEY },
    destinations: [world.thuliumDestination({ settleMs: 300 })],
  });
  const faults = (await check(id)).filter(({ ok }) => !ok);
  world.thulium.faults.clear();
  expect(faults.map(brief)).toEqual([
    { subject: 'thulium-main', ok: false, field: 'settleMs', code: 'slower-than-settle-time' },
  ]);
  const [, tookMs] = /took ([\d,]+) ms, but .* twice, 300 ms apart/.exec(faults[0]?.sentence ?? '') ?? [];
  expect(Number(tookMs?.replace(',', ''))).toBeGreaterThanOrEqual(400);
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

describe('The GraphQL login', () => {
  const login = { graphqlUsername: GRAPHQL_LOGIN.username, graphqlPassword: GRAPHQL_LOGIN.password };
  const closingForm = [{ id: 'ticket', label: { en: 'Create a ticket' }, fieldType: 'CHECKBOX' }];
  const logins = () => world.graphql.requests.entries().filter(({ path }) => path === '/oauth2/token').length;

  async function findings(websiteId: number, iadvize: object, settings: object = {}) {
    const { id } = await world.newInstallation(websiteId, {
      iadvize: { restApiKey: REST_KEY, ...iadvize },
      ...settings,
    });
    const all = await check(id);
    expect(JSON.stringify(all) + world.service.logs()).not.toMatch(/graphql-pass|canary/);
    return all.filter(({ subject }) => subject === 'iadvize').map(({ ok, field, code }) => `${ok} ${field} ${code}`);
  }

  test('is tried, once, beside the REST key', async () => {
    const before = logins();
    expect(await findings(10, login, { closingForm })).toEqual(['true  works', 'true  works']);
    expect(logins() - before).toBe(1);
    expect(world.graphql.asked.entries()).toEqual([]);
  });

  test.each([
    [14, 'a wrong password', { ...login, graphqlPassword: 'canary' }, 'iadvize.graphqlPassword credentials-refused'],
    [15, 'no password', { graphqlUsername: login.graphqlUsername }, 'iadvize.graphqlPassword missing'],
    [16, 'no user name', { graphqlPassword: login.graphqlPassword }, 'iadvize.graphqlUsername missing'],
  ])('(%i) with %s is a fault of its field', async (websiteId, _what, iadvize, fault) => {
    expect(await findings(websiteId, iadvize)).toEqual(['true  works', `false ${fault}`]);
  });

  test('that nobody can judge now is no refusal', async () => {
    world.graphql.faults.add({ match: { path: /token/ }, kind: 'status', status: 503 });
    expect(await findings(11, login)).toEqual(['true  works', 'false iadvize.graphqlUsername no-answer']);
  });

  test('is missed only where there is a closing form, whose answers need it', async () => {
    const before = logins();
    expect(await findings(12, {})).toEqual(['true  works']);
    expect(await findings(13, {}, { closingForm })).toEqual(['true  works', 'false iadvize.graphqlUsername missing']);
    expect(logins()).toBe(before);
  });
});

test('An import that failed is told, with what the operator should do, until one succeeds', async () => {
  const { id } = await world.newInstallation(40);
  const item = (number: number) => `${number},Lamp,https://shop.example/${number},https://shop.example/${number}.jpg`;
  const feedOf = (count: number) =>
    ['id,title,link,image_link', ...Array.from({ length: count }, (_, number) => item(number))].join('\n');
  const importOf = async (feed: string) => {
    const path = `/installations/${id}/catalogue`;
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
    const address = `${world.service.url}/admin/api${path}`;
    const answer = await fetch(address, { method: 'POST', headers, body: feed });
    const { importId } = (await answer.json()) as { importId: string };
    await eventually(
      () => world.service.admin<{ latest: { status: string } }>('GET', `${path}?importId=${importId}`),
      ({ body }) => body.latest.status !== 'running',
    );
    return (await check(id)).filter(({ subject }) => subject === 'catalogue');
  };
  const well = { subject: 'catalogue', ok: true, field: '', code: 'not-configured' };
  expect((await importOf(feedOf(10))).map(brief)).toEqual([well]);
  const failed = await importOf(feedOf(2));
  expect(failed.map(brief)).toEqual([
    well,
    { subject: 'catalogue', ok: false, field: 'catalogue', code: 'import-failed' },
  ]);
  expect(failed[1]?.sentence).toContain('2 items instead of 10');
  expect(failed[1]?.sentence).toContain('allowShrink');
  expect((await importOf(feedOf(9))).map(brief)).toEqual([well]);
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
