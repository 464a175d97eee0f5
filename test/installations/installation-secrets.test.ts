import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Installations } from '../../src/installations/installations.ts';
import { ENCRYPTION_KEYS } from '../support/test-environment.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { installationsOf, MASK, MASKED, SECRETS, secretsOf, shop, thulium, xm } from './installation-world.ts';

let service: TestService;
let installations: Installations;

beforeAll(async () => {
  service = await startTestService();
  installations = installationsOf(service.database);
});
afterAll(() => service.stop());

const call = (method: string, path: string, body?: unknown) =>
  service.admin<Record<string, unknown>>(method, `/installations${path}`, body);

test('Secrets are masked in every answer and absent from the log', async () => {
  const answers = [
    await call('POST', '', shop(1)),
    await call('GET', '/ha-1'),
    await call('GET', ''),
    await call('PUT', '/ha-1', shop(1)),
    await call('POST', '/ha-1/key'),
    await call('POST', '', shop(1)),
    await call('PUT', '/ha-1', shop(1, { unknownSetting: true })),
    await call('POST', '', shop(2, { iadvize: { restApiKey: [SECRETS.restApiKey] } })),
  ];
  const [created] = answers;
  expect(created?.body).toMatchObject(shop(1, {}, MASKED));
  expect(answers.map((answer) => answer.status)).toEqual([201, 200, 200, 200, 201, 409, 422, 422]);
  for (const secret of Object.values(SECRETS)) {
    expect(JSON.stringify(answers)).not.toContain(secret);
    expect(service.logs()).not.toContain(secret);
  }
});

describe('A PUT', () => {
  test('keeps each secret that is sent back masked', async () => {
    await call('POST', '', shop(10));
    await call('PUT', '/ha-10', shop(10, { label: 'Renamed' }, MASKED));
    expect(await secretsOf(installations, 'ha-10')).toEqual(SECRETS);
  });

  test('keeps each secret that is left out', async () => {
    await call('POST', '', shop(11));
    const withoutSecrets = {
      iadvize: { graphqlUsername: 'somebody else' },
      destinations: [
        thulium({ apiPassword: undefined, callbackPassword: undefined, chatQueueId: 4 }),
        xm({ captcha: { strategy: 'fixed', captchaId: 'c-agreed' } }),
      ],
    };
    expect((await call('PUT', '/ha-11', shop(11, withoutSecrets))).status).toBe(200);
    expect(await secretsOf(installations, 'ha-11')).toEqual(SECRETS);
    const found = await installations.find('ha-11');
    expect(found?.settings.iadvize?.graphqlUsername).toBe('somebody else');
    expect(found?.settings.destinations[0]?.settings).toMatchObject({ chatQueueId: 4 });
  });

  test('changes the one that is sent in clear', async () => {
    await call('POST', '', shop(12));
    await call('PUT', '/ha-12', shop(12, {}, { ...MASKED, apiPassword: 'another password' }));
    expect(await secretsOf(installations, 'ha-12')).toEqual({ ...SECRETS, apiPassword: 'another password' });
  });

  test('removes the one that is null', async () => {
    await call('POST', '', shop(13));
    const { body } = await call('PUT', '/ha-13', {
      ...shop(13, {}, MASKED),
      iadvize: { restApiKey: null, graphqlUsername: 'client', graphqlPassword: MASK },
    });
    expect(body['iadvize']).toEqual({ graphqlUsername: 'client', graphqlPassword: MASK });
    expect(await secretsOf(installations, 'ha-13')).toEqual({ ...SECRETS, restApiKey: undefined });
  });

  test('cannot remove one that is needed', async () => {
    await call('POST', '', shop(14));
    const answer = await call('PUT', '/ha-14', shop(14, { destinations: [thulium({ apiPassword: null })] }));
    const field = 'destinations.0.settings.apiPassword';
    expect(answer).toMatchObject({ status: 422, body: { error: { field } } });
    expect(await secretsOf(installations, 'ha-14')).toEqual(SECRETS);
  });

  test('gives a destination under a new id none of another’s secrets', async () => {
    await call('POST', '', shop(15));
    const renamed = { ...thulium({ apiPassword: undefined }), id: 'thulium-two' };
    const answer = await call('PUT', '/ha-15', shop(15, { destinations: [renamed] }));
    expect(answer).toMatchObject({ status: 422, body: { error: { field: 'destinations.0.settings.apiPassword' } } });
  });

  test('finds a destination’s secrets wherever it stands in the list', async () => {
    await call('POST', '', shop(16));
    await call('PUT', '/ha-16', shop(16, { destinations: [xm({}, MASKED), thulium({}, MASKED)] }));
    const [first, second] = (await installations.find('ha-16'))?.settings.destinations ?? [];
    expect(first?.settings).toMatchObject({ captcha: { captcha: SECRETS.captcha } });
    expect(second?.settings).toMatchObject({ apiPassword: SECRETS.apiPassword });
  });
});

describe('At rest', () => {
  test('no secret and no installation key is in the row as text', async () => {
    const { body } = await call('POST', '', shop(20));
    const rows = await service.database.query('SELECT * FROM installation WHERE id = $1', ['ha-20']);
    const text = JSON.stringify(rows, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
    expect(text).toContain('api_user');
    for (const secret of [...Object.values(SECRETS), String(body['installationKey'])]) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain(Buffer.from(secret).toString('base64').replaceAll('=', ''));
    }
  });

  test('secrets open with an older key of the list, and are written anew with the first', async () => {
    const next = `k2:${Buffer.alloc(32, 8).toString('base64')}`;
    await call('POST', '', shop(21));
    const rotated = installationsOf(service.database, `${next},${ENCRYPTION_KEYS}`);
    expect(await secretsOf(rotated, 'ha-21')).toEqual(SECRETS);

    await expect(installationsOf(service.database, next).find('ha-21')).rejects.toThrow(
      'ENCRYPTION_KEYS lacks the key "k1"',
    );
    await rotated.replace('ha-21', shop(21, {}, MASKED));
    expect(await secretsOf(installationsOf(service.database, next), 'ha-21')).toEqual(SECRETS);
  });

  test('one installation’s secrets do not open as another’s', async () => {
    await call('POST', '', shop(22));
    await call('POST', '', shop(23));
    const { database } = service;
    await database.query(
      `UPDATE installation SET secrets = (SELECT secrets FROM installation WHERE id = 'ha-22') WHERE id = 'ha-23'`,
    );
    await expect(installations.find('ha-23')).rejects.toThrow();
    await call('DELETE', '/ha-23');
  });
});
