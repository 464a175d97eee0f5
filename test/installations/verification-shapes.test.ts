import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startVerificationWorld, type VerificationWorld } from './verification-world.ts';

let world: VerificationWorld;

beforeAll(async () => void (world = await startVerificationWorld()));
afterAll(() => world.stop());

const ofType = (values: Record<string, string>) =>
  JSON.stringify(Object.entries(values).map(([id, value]) => ({ id, value, fieldType: 'TEXT' })));

describe('The shape of 2017', () => {
  test('a refused step names its field (EX-02)', async () => {
    const body = ofType({ ...world.good.authentication, thulium_api_password: 'wrong' });
    expect(await world.post('authentication', body)).toEqual({
      status: 200,
      body: {
        isValid: false,
        message: '',
        fields: [{ id: 'thulium_api_password', message: expect.stringContaining('Thulium refused') }],
      },
    });
  });

  test('a good step is valid and no more is said (EX-03)', async () => {
    const { authentication, settings } = world.good;
    expect(await world.post('authentication', ofType(authentication))).toEqual({
      status: 200,
      body: { isValid: true },
    });
    expect(await world.post('settings', ofType(settings))).toEqual({ status: 200, body: { isValid: true } });
  });
});

describe('The shape of 2018', () => {
  test('a refused step names its parameter (EX-04)', async () => {
    const { status, body } = await world.verify('authentication', {
      ...world.good.authentication,
      servicepattern_app_id: 'another',
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      isStepValid: false,
      errors: [
        {
          code: 'credentials-refused',
          description: expect.stringContaining('application id'),
          parameterKey: 'servicepattern_app_id',
        },
      ],
    });
  });

  test('a good step is valid; booleans and fields of others are let be', async () => {
    const values = { ...world.good.settings, autosave: true, login: 'login' };
    expect((await world.verify('settings', values)).body).toEqual({ isStepValid: true, errors: [] });
  });
});

test.each([
  ['an empty array', '[]', { isValid: true, isStepValid: true, errors: [] }],
  [
    'an array of both shapes',
    '[{"id":"currency","value":"EUR","fieldType":"TEXT"},{"key":"locale","value":"french"}]',
    {
      isValid: false,
      message: '',
      fields: [{ id: 'locale', message: expect.any(String) }],
      isStepValid: false,
      errors: [{ code: 'wrong-form', description: expect.any(String), parameterKey: 'locale' }],
    },
  ],
  [
    'values that are null, numbers or missing',
    '[{"key":"a","value":null},{"key":"b","value":1},{"key":"c"}]',
    { isStepValid: true, errors: [] },
  ],
])('%s is answered', async (_name, bytes, verdict) => {
  expect(await world.post('settings', bytes)).toEqual({ status: 200, body: verdict });
});

test.each([
  ['no JSON', '[{', 400],
  ['an object', '{"key":"currency","value":"EUR"}', 422],
  ['an element without a name', '[{"value":"EUR"}]', 422],
  ['a value that is a list', '[{"key":"currency","value":["canary-value"]}]', 422],
  ['a value beyond all measure', JSON.stringify([{ key: 'currency', value: 'x'.repeat(5000) }]), 422],
])('%s is refused as malformed', async (_name, bytes, status) => {
  const answer = await world.post('authentication', bytes);
  expect(answer.status).toBe(status);
  expect(answer.body).toEqual({ error: expect.objectContaining({ code: expect.any(String), id: expect.any(String) }) });
  expect(JSON.stringify(answer.body)).not.toContain('canary');
});

test('Nothing is answered without a signature', async () => {
  const answer = await world.post('settings', '[]', { 'x-iadvize-signature': '' });
  expect(answer.status).toBe(401);
  const picker = await fetch(`${world.service.url}/iadvize/parameters/xm_department_id/options?idWebsite=ha-1`);
  expect(picker.status).toBe(401);
});
