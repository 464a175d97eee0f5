import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pluginGet } from '../support/plugin-call.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

interface ShownField {
  id: string;
  label: string;
  fieldType: string;
}

const TICKET = {
  id: 'ticket',
  label: { en: 'Create a ticket', fr: 'Créer un ticket', 'pt-BR': 'Criar um chamado' },
  fieldType: 'CHECKBOX',
  isRequired: true,
};
const PRIORITY = {
  id: 'priority',
  idParent: 'ticket',
  label: { en: 'Priority', fr: 'Priorité' },
  fieldType: 'SELECT',
  isRequired: true,
  options: [
    { label: 'Major', value: 'MAJOR' },
    { label: 'Minor', value: 'MINOR' },
  ],
};
const REST_OF_FORM = ['TEXTAREA', 'INTEGER', 'DECIMAL', 'TEXT'].map((fieldType) => ({
  id: fieldType.toLowerCase(),
  label: { en: fieldType },
  fieldType,
}));

let service: TestService;

beforeAll(async () => {
  service = await startTestService();
  const shop = (platform: string, websiteId: number, settings: object): Promise<unknown> =>
    service.admin('POST', '/installations', { platform, websiteId, label: 'Shop', ...settings });
  const closingForm = [TICKET, PRIORITY, ...REST_OF_FORM];
  await shop('ha', 123, { closingForm });
  await shop('ha', 124, { closingForm, locale: 'fr-FR', consoleFeatures: ['SELECT', 'INTEGER'] });
  await shop('sd', 123, { closingForm: [REST_OF_FORM[3]] });
  await shop('ha', 125, {});
});
afterAll(() => service.stop());

const ask = async (query: Record<string, string>): Promise<ShownField[]> => {
  const answer = await pluginGet<ShownField[]>(service.url, '/iadvize/closing-options', query);
  expect(answer.status).toBe(200);
  return answer.body;
};
const labels = async (query: Record<string, string>): Promise<string[]> =>
  (await ask(query)).slice(0, 2).map(({ label }) => label);

test('EX-18: a console of 2017 gets texts and boxes, parents and all', async () => {
  expect(await ask({ idConnectorVersion: '123', idWebsite: '123', operatorLocale: 'en' })).toEqual([
    { id: 'ticket', label: 'Create a ticket', fieldType: 'CHECKBOX', isRequired: true },
    { id: 'priority', idParent: 'ticket', label: 'Priority', fieldType: 'TEXT', isRequired: true },
    ...REST_OF_FORM.map(({ id }) => ({ id, label: expect.any(String), fieldType: 'TEXT', isRequired: false })),
  ]);
});

test('EX-19: a console that knows more gets what it knows', async () => {
  const form = await ask({ idWebsite: 'ha-124', operatorLocale: 'en' });
  expect(form[1]).toEqual(PRIORITY_SHOWN);
  expect(form.map(({ fieldType }) => fieldType)).toEqual(['CHECKBOX', 'SELECT', 'TEXT', 'INTEGER', 'TEXT', 'TEXT']);
});
const PRIORITY_SHOWN = { ...PRIORITY, label: 'Priority' };

describe('labels', () => {
  test.each([
    ['fr', ['Créer un ticket', 'Priorité']],
    ['fr_FR', ['Créer un ticket', 'Priorité']],
    ['FR-ca', ['Créer un ticket', 'Priorité']],
    ['pt', ['Criar um chamado', 'Priority']],
    ['ja', ['Create a ticket', 'Priority']],
    ['', ['Create a ticket', 'Priority']],
    ['not a locale', ['Create a ticket', 'Priority']],
  ])('for %j', async (operatorLocale, expected) => {
    expect(await labels({ idWebsite: 'ha-123', operatorLocale })).toEqual(expected);
  });

  test('An unknown language falls back to the installation’s', async () => {
    expect(await labels({ idWebsite: 'ha-124', operatorLocale: 'ja' })).toEqual(['Créer un ticket', 'Priorité']);
  });
});

describe('whose form', () => {
  test.each(['ha-999', 'website', '', '999'])('website %j is nobody’s', async (idWebsite) => {
    expect(await ask({ idWebsite })).toEqual([]);
  });

  test('no website at all is nobody’s', async () => {
    expect(await ask({ operatorLocale: 'en' })).toEqual([]);
  });

  test('one without a form has none', async () => {
    expect(await ask({ idWebsite: 'ha-125' })).toEqual([]);
  });

  test.each([
    ['123', 6],
    ['HA-123', 6],
    ['sd-123', 1],
  ])('website %s has %i fields', async (idWebsite, count) => {
    expect(await ask({ idWebsite })).toHaveLength(count);
  });

  test('a bare number of two platforms is the one whose connector version was called', async () => {
    const versions = ['c008849d-7cb1-40ca-9503-d6df2c5cddd8', '3f0e6840-48fe-4e87-8f3b-6ef3f75f18d8'];
    await ask({ idWebsite: 'ha-123', idConnectorVersion: versions[0]! });
    await ask({ idWebsite: 'sd-123', idConnectorVersion: versions[1]! });
    expect(await ask({ idWebsite: '123', idConnectorVersion: versions[1]! })).toHaveLength(1);
    expect(await ask({ idWebsite: '123', idConnectorVersion: versions[0]! })).toHaveLength(6);
    expect((await service.admin<{ connectorVersionId: string }>('GET', '/installations/sd-123')).body).toMatchObject({
      connectorVersionId: versions[1],
    });
  });

  test('a learned version stays, and a number of 2017 is not learned', async () => {
    const version = 'c4f7773d-eece-4233-85d6-1a2ee6ff24f8';
    await ask({ idWebsite: 'ha-125', idConnectorVersion: '123' });
    await ask({ idWebsite: 'ha-125', idConnectorVersion: version });
    await ask({ idWebsite: 'ha-125', idConnectorVersion: '3f0e6840-48fe-4e87-8f3b-6ef3f75f18d8' });
    const { body } = await service.admin<{ connectorVersionId: string }>('GET', '/installations/ha-125');
    expect(body.connectorVersionId).toBe(version);
  });
});

test('A call that is not signed is refused', async () => {
  const wrong = `sha256=${'0'.repeat(64)}`;
  expect(await pluginGet(service.url, '/iadvize/closing-options', { idWebsite: '123' }, wrong)).toMatchObject({
    status: 401,
  });
});

describe('A form the console could not show is refused with 422 naming the field', () => {
  const text = (id: string, more: object = {}): object => ({ id, label: { en: id }, fieldType: 'TEXT', ...more });

  test.each([
    ['a parent that does not exist', [text('a', { idParent: 'b' })], 'closingForm.0.idParent', '"b"'],
    ['its own parent', [text('a', { idParent: 'a' })], 'closingForm.0.idParent', '"a"'],
    [
      'a circle of three',
      [text('a', { idParent: 'c' }), text('b', { idParent: 'a' }), text('c', { idParent: 'b' })],
      'closingForm.0.idParent',
      '"a"',
    ],
    ['an id twice', [text('a'), text('b'), text('a')], 'closingForm.2.id', '"a"'],
    ['a choice of nothing', [text('a', { fieldType: 'SELECT' })], 'closingForm.0.options', '"a"'],
    ['a choice of an empty list', [text('a', { fieldType: 'SELECT', options: [] })], 'closingForm.0.options', '"a"'],
    ['no label', [text('a', { label: {} })], 'closingForm.0.label', '"a"'],
  ])('%s', async (_what, closingForm, field, named) => {
    const body = { platform: 'ha', websiteId: 900, label: 'Shop', closingForm };
    const answer = await service.admin<{ error: { field: string; message: string } }>('POST', '/installations', body);
    expect(answer).toMatchObject({ status: 422, body: { error: { field } } });
    expect(answer.body.error.message).toContain(named);
  });

  test('a field below a circle is not blamed for it', async () => {
    const closingForm = [text('x', { idParent: 'a' }), text('a', { idParent: 'b' }), text('b', { idParent: 'a' })];
    const body = { platform: 'ha', websiteId: 900, label: 'Shop', closingForm };
    const answer = await service.admin('POST', '/installations', body);
    expect(answer).toMatchObject({ status: 422, body: { error: { field: 'closingForm.1.idParent' } } });
  });
});
