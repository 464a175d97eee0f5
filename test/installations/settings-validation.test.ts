import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestService, type TestService } from '../support/test-service.ts';
import { SECRETS, shop, thulium, xm } from './installation-world.ts';

let service: TestService;

beforeAll(async () => void (service = await startTestService()));
afterAll(() => service.stop());

interface Refusal {
  error: { code: string; message: string; field: string; id: string };
}
const create = (body: unknown) => service.admin<Refusal>('POST', '/installations', body);
const onlyThulium = (settings: object) => ({ destinations: [thulium(settings)] });

describe('Settings that do not fit are refused with 422 naming the field, and nothing is stored', () => {
  test.each([
    ['an unknown setting', { curency: 'EUR' }, 'curency'],
    ['an unknown setting of iAdvize', { iadvize: { apiKey: 'x' } }, 'iadvize.apiKey'],
    ['an unknown setting of a destination', onlyThulium({ queue: 3 }), 'destinations.0.settings.queue'],
    [
      'an unknown setting deep in a destination',
      { destinations: [xm({ captcha: { strategy: 'fixed', captchaId: 'a', captcha: 'b', answer: 'c' } })] },
      'destinations.0.settings.captcha.answer',
    ],
    [
      'an unknown member of a destination',
      { destinations: [{ ...thulium(), primary: true }] },
      'destinations.0.primary',
    ],
    [
      'an unknown destination type',
      { destinations: [{ ...thulium(), type: 'carrier-pigeon' }] },
      'destinations.0.type',
    ],
    ['an unknown role', { destinations: [{ ...thulium(), role: 'boss' }] }, 'destinations.0.role'],
    ['a destination id in capitals', { destinations: [{ ...thulium(), id: 'Thulium' }] }, 'destinations.0.id'],
    ['a destination without settings', { destinations: [{ id: 'a', type: 'xm' }] }, 'destinations.0.settings'],
    ['a destination without a needed setting', onlyThulium({ apiUser: undefined }), 'destinations.0.settings.apiUser'],
    ['an address that is none', onlyThulium({ baseUrl: 'acme' }), 'destinations.0.settings.baseUrl'],
    [
      'an address of another protocol',
      onlyThulium({ baseUrl: 'file:///etc/passwd' }),
      'destinations.0.settings.baseUrl',
    ],
    [
      'an address with credentials',
      onlyThulium({ baseUrl: 'https://a:b@acme.example' }),
      'destinations.0.settings.baseUrl',
    ],
    [
      'an address with a query',
      onlyThulium({ baseUrl: 'https://acme.example/?a=1' }),
      'destinations.0.settings.baseUrl',
    ],
    ['a queue that is no number', onlyThulium({ chatQueueId: 'sales' }), 'destinations.0.settings.chatQueueId'],
    ['the second one’s address', { destinations: [thulium(), xm({ baseUrl: '' })] }, 'destinations.1.settings.baseUrl'],
    ['two primaries', { destinations: [thulium(), { ...xm(), role: 'primary' }] }, 'destinations.1.role'],
    ['one destination id twice', { destinations: [thulium(), { ...xm(), id: 'thulium-main' }] }, 'destinations.1.id'],
    ['a currency in small letters', { currency: 'eur' }, 'currency'],
    ['a currency of four letters', { currency: 'EURO' }, 'currency'],
    ['a currency that does not exist', { currency: 'EUE' }, 'currency'],
    ['a locale that is none', { locale: 'french' }, 'locale'],
    ['a time zone that is none', { timeZone: 'Paris' }, 'timeZone'],
    ['no label', { label: undefined }, 'label'],
    ['an empty label', { label: '' }, 'label'],
    ['a client that is no number', { clientId: 'acme' }, 'clientId'],
    ['a catalogue at another protocol', { catalogue: { url: 'ftp://shop.example/feed' } }, 'catalogue.url'],
    ['a catalogue of another format', { catalogue: { format: 'pdf' } }, 'catalogue.format'],
    [
      'a CRM link without a placeholder',
      { profile: { crmUrlTemplate: 'https://crm.example/' } },
      'profile.crmUrlTemplate',
    ],
    ...[
      ['of another protocol', 'javascript:alert("{email}")'],
      ['without a protocol', 'crm.example/{externalId}'],
      ['without a host', 'https:///{externalId}'],
      ['whose host the visitor could choose', 'https://{externalId}.example/'],
      ['whose port the visitor could choose', 'https://crm.example:{externalId}/'],
      ['with a blank', 'https://crm.example/a b/{externalId}'],
      ['with a misspelt placeholder', 'https://crm.example/{externalId}/{mail}'],
      ['that is empty', ''],
    ].map(([what, crmUrlTemplate]): [string, object, string] => [
      `a CRM link ${what}`,
      { profile: { crmUrlTemplate } },
      'profile.crmUrlTemplate',
    ]),
    [
      'a closing field of another type',
      { closingForm: [{ id: 'a', label: { en: 'A' }, fieldType: 'DATE' }] },
      'closingForm.0.fieldType',
    ],
    ['a feature no console has', { consoleFeatures: ['TELEPATHY'] }, 'consoleFeatures.0'],
    ['a policy that is none', { uncertainPolicy: 'pray' }, 'uncertainPolicy'],
    ['no days of retention', { retentionDays: 0 }, 'retentionDays'],
    ['a negative wait', { lateStartSeconds: -1 }, 'lateStartSeconds'],
    ['another platform', { platform: 'xx' }, 'platform'],
    ['no platform', { platform: undefined }, 'platform'],
    ['a prefixed website', { websiteId: 'ha-1' }, 'websiteId'],
    ['a website below 1', { websiteId: -1 }, 'websiteId'],
    ['website 0', { websiteId: 0 }, 'websiteId'],
    ['website 0 as text', { websiteId: '0' }, 'websiteId'],
    ['a website of 16 digits, which no call could name', { websiteId: 1_000_000_000_000_000 }, 'websiteId'],
    ['a website of 16 digits as text', { websiteId: '1000000000000000' }, 'websiteId'],
    ['no website', { websiteId: undefined }, 'websiteId'],
  ])('%s', async (_what, change, field) => {
    const answer = await create(shop(1, change));
    expect(answer.status).toBe(422);
    expect(answer.body.error).toMatchObject({ code: 'invalid-input', field, id: expect.any(String) });
    expect(answer.body.error.message).toContain(field);
    for (const secret of Object.values(SECRETS)) expect(JSON.stringify(answer.body)).not.toContain(secret);
    expect((await service.admin('GET', '/installations/ha-1')).status).toBe(404);
  });

  test.each([null, [], 'text', 1])('a body that is %j', async (body) => {
    expect(await create(body)).toMatchObject({ status: 422, body: { error: { code: 'invalid-input' } } });
  });

  test('a PUT is judged like a POST and leaves what is there', async () => {
    await create(shop(2));
    const before = await service.admin('GET', '/installations/ha-2');
    const answer = await service.admin<Refusal>('PUT', '/installations/ha-2', shop(2, { currency: 'eur' }));
    expect(answer).toMatchObject({ status: 422, body: { error: { field: 'currency' } } });
    expect(await service.admin('GET', '/installations/ha-2')).toEqual(before);
  });
});

test('The documented settings are taken and given back as they were', async () => {
  const settings = {
    locale: 'fr-FR',
    currency: 'EUR',
    timeZone: 'Europe/Paris',
    clientId: 335,
    connectorVersionId: 'c008849d-7cb1-40ca-9503-d6df2c5cddd8',
    catalogue: { url: 'https://shop.example/feed.xml', format: 'google-merchant', refreshMinutes: 60 },
    profile: { crmUrlTemplate: 'https://crm.example/c/{externalId}' },
    closingForm: [
      {
        id: 'ticket',
        label: { en: 'Create a ticket', fr: 'Créer un ticket' },
        fieldType: 'CHECKBOX',
        isRequired: false,
      },
    ],
    retentionDays: 30,
    consoleFeatures: ['ACTION', 'SELECT', 'TEXTAREA', 'INTEGER', 'DECIMAL'],
    lateStartSeconds: 0,
    messageAgeLimitMinutes: 10,
    uncertainPolicy: 'hold',
    followUpSeconds: 60,
  };
  const answer = await create(shop(3, settings));
  expect(answer.status).toBe(201);
  expect(answer.body).toMatchObject(settings);
});

test('An installation needs no destination at all', async () => {
  expect((await create({ platform: 'sd', websiteId: 4, label: 'Shop' })).status).toBe(201);
});

test('A website of 15 digits, or with zeros before it, is found under its number', async () => {
  expect((await create(shop(999_999_999_999_999))).status).toBe(201);
  expect((await service.admin('GET', '/installations/HA-999999999999999')).status).toBe(200);
  expect(await create({ ...shop(1), websiteId: '000000000000000077' })).toMatchObject({
    status: 201,
    body: { id: 'ha-77', websiteId: 77 },
  });
});

test('A client number that JSON’s readers would round is shown as it is', async () => {
  const clientId = '123456789012345678';
  expect((await create(shop(5, { clientId }))).status).toBe(201);
  expect(await service.admin('GET', '/installations/ha-5')).toMatchObject({ body: { clientId } });
  expect((await create(shop(6, { clientId: '335' }))).status).toBe(201);
  expect(await service.admin('GET', '/installations/ha-6')).toMatchObject({ body: { clientId: 335 } });
});
