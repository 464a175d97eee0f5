import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { satisfactionAnswered, satisfactionFilled } from '../simulators/iadvize-events.ts';
import { conversationOf } from '../support/bridge-world.ts';
import { eventually } from '../support/eventually.ts';
import { pluginGet } from '../support/plugin-call.ts';
import { type ProfileField, type ProfileWorld, startProfileWorld, valuesOf } from './profile-world.ts';

const EX_15 =
  'emailVisitor=email%40iadvize.com&idConnectorVersion=c008849d-7cb1-40ca-9503-d6df2c5cddd8&idVisitorExternal=123&idVisitorUnique=a7b94266db827c5b8f04586e8e543abd4b7e976e9a723&idWebsite=ha-123&operatorLocale=en&idOperator=9999';
const EX_15_SIGNATURE = 'sha256=250a7e4707d7357034aee94e637f53dffd8da71590faca134a0b0ae759606653';
const UNIQUE = 'a7b94266db827c5b8f04586e8e543abd4b7e976e9a723';
const CRM = { profile: { crmUrlTemplate: 'https://crm.example/c/{externalId}' } };

let world: ProfileWorld;

beforeAll(async () => {
  world = await startProfileWorld();
  const settings = { locale: 'fr-FR', timeZone: 'Europe/Paris', ...CRM };
  await world.install(123, [world.thuliumDestination()], settings);
  await world.install(124, [], { consoleFeatures: ['ACTION'], ...CRM });
  await world.install(125, [], { iadvize: {}, ...CRM });
  const person = { firstname: 'Ana', lastname: 'Ruiz', email: 'email@iadvize.com', external_id: '123' };
  world.rest.setVisitor({ id: 560, unique_id: UNIQUE, ...person, phone: '+33 1', city: 'Nantes', country: 'FR' });
  await world.importCustomers('ha-123', [
    {
      email: 'email@iadvize.com',
      externalId: '123',
      fields: [
        { label: 'Loyalty', value: 'Gold' },
        { label: 'Orders', value: 12 },
        { label: 'Shop', value: 'https://shop.example/123' },
        { label: 'Empty', value: '' },
        { label: 'Not a link', value: 'javascript:alert(1)' },
      ],
    },
  ]);
  world.thulium.addCustomer({
    customer_id: 7,
    name: 'Ana',
    surname: 'Ruiz',
    email: 'email@iadvize.com',
    identifier: '123',
    group: 'VIP',
    custom_fields: { Source: 'fair' },
  });
});
afterEach(() => {
  world.rest.faults.clear();
  world.thulium.faults.clear();
});
afterAll(() => world.stop());

test('EX-15: the signed example shows everything that is known, in a stable order', async () => {
  const answer = await pluginGet<ProfileField[]>(world.service.url, '/iadvize/visitor-profile', EX_15, EX_15_SIGNATURE);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
  const field = (id: string, label: string, value: string, fieldType = 'TEXT'): ProfileField => ({
    id,
    label,
    value,
    fieldType,
  });
  expect(answer.body).toEqual([
    field('crm', 'CRM profile', 'https://crm.example/c/123', 'URL'),
    field('name', 'Name', 'Ana Ruiz'),
    field('email', 'E-mail', 'email@iadvize.com'),
    field('phone', 'Phone', '+33 1'),
    field('city', 'City', 'Nantes'),
    field('country', 'Country', 'FR'),
    field('external-id', 'Customer number', '123'),
    field('list-Loyalty', 'Loyalty', 'Gold'),
    field('list-Orders', 'Orders', '12'),
    field('list-Shop', 'Shop', 'https://shop.example/123', 'URL'),
    field('list-Not a link', 'Not a link', 'javascript:alert(1)'),
    field('thulium-main-name', 'Thulium: Name', 'Ana Ruiz'),
    field('thulium-main-email', 'Thulium: E-mail', 'email@iadvize.com'),
    field('thulium-main-external-id', 'Thulium: Customer number', '123'),
    field('thulium-main-group', 'Thulium: Group', 'VIP'),
    field('thulium-main-custom-Source', 'Thulium: Source', 'fair'),
  ]);
});

test('EX-16: another language changes the labels and nothing else', async () => {
  const english = await world.profile(EX_15);
  for (const [locale, label] of [
    ['fr', 'Fiche CRM'],
    ['de_DE', 'CRM-Profil'],
    ['ja', 'Fiche CRM'],
  ]) {
    const other = await world.profile(EX_15.replace('operatorLocale=en', `operatorLocale=${locale}`));
    expect(other[0]?.label).toBe(label);
    expect(valuesOf(other)).toEqual(valuesOf(english));
  }
});

describe('Nobody', () => {
  test.each([
    ['nothing to identify', { idWebsite: 'ha-123' }],
    ['empty values', { idWebsite: 'ha-123', emailVisitor: '', idVisitorExternal: ' ', idVisitorUnique: '' }],
    ['an unknown installation', { idWebsite: 'ha-999', emailVisitor: 'email@iadvize.com' }],
    ['another platform', { idWebsite: 'sd-123', emailVisitor: 'email@iadvize.com' }],
    ['no website', { emailVisitor: 'email@iadvize.com' }],
    ['an unknown visitor', { idWebsite: 'ha-123', idVisitorUnique: 'b'.repeat(45) }],
    ['a visitor id alone without a REST key', { idWebsite: 'ha-125', idVisitorUnique: UNIQUE }],
    ['a person no source knows', { idWebsite: 'ha-124', emailVisitor: 'nobody@example.org' }],
  ])('%s is []', async (_what, query) => {
    expect(await world.profile(query)).toEqual([]);
  });

  test('a wrong signature is refused', async () => {
    const answer = await pluginGet(world.service.url, '/iadvize/visitor-profile', EX_15, EX_15_SIGNATURE + '0');
    expect(answer.status).toBe(401);
  });
});

test('By visitor id alone, REST says who it is, and the other sources follow', async () => {
  const values = valuesOf(await world.profile({ idWebsite: '123', idVisitorUnique: UNIQUE }));
  expect(values).toMatchObject({
    crm: 'https://crm.example/c/123',
    name: 'Ana Ruiz',
    'list-Loyalty': 'Gold',
    'thulium-main-group': 'VIP',
  });
});

test('By external id alone, REST finds the visitor on this website', async () => {
  world.rest.setVisitor({ id: 570, unique_id: 'c'.repeat(45), external_id: 'x-9', firstname: 'Bo', website_id: [124] });
  world.rest.setVisitor({ id: 571, unique_id: 'd'.repeat(45), external_id: 'x-9', firstname: 'No', website_id: [123] });
  const values = valuesOf(await world.profile({ idWebsite: 'ha-124', idVisitorExternal: 'x-9' }));
  expect(values).toMatchObject({ crm: 'https://crm.example/c/x-9', name: 'Bo' });
});

test('By e-mail alone, in whatever case', async () => {
  const values = valuesOf(await world.profile({ idWebsite: 'ha-123', emailVisitor: 'EMAIL@iAdvize.com' }));
  expect(values).toMatchObject({ 'list-Loyalty': 'Gold', 'thulium-main-group': 'VIP' });
  expect(values).not.toHaveProperty('crm');
});

describe('The time budget', () => {
  test('When REST is slow, then everything else is answered without it', async () => {
    world.rest.faults.add({ match: { path: /visitor/ }, kind: 'delay', ms: 8_000 });
    const startedAt = performance.now();
    const values = valuesOf(await world.profile(EX_15));
    const ms = performance.now() - startedAt;
    expect(ms).toBeGreaterThan(1_000);
    expect(ms).toBeLessThan(4_000);
    expect(values).toMatchObject({ crm: 'https://crm.example/c/123', 'list-Loyalty': 'Gold' });
    expect(values).not.toHaveProperty('name');
    expect(world.service.logs()).toContain('"lateSources":"iadvize');
  });

  test('When REST and the chat system fail, then the rest is answered at once', async () => {
    world.rest.faults.add({ match: { path: /visitor/ }, kind: 'status', status: 500, times: Infinity });
    world.thulium.faults.add({ match: { path: /customers/ }, kind: 'cut-before', times: Infinity });
    const values = valuesOf(await world.profile(EX_15));
    expect(Object.keys(values)).toEqual(['crm', 'list-Loyalty', 'list-Orders', 'list-Shop', 'list-Not a link']);
  });
});

test('A right that is missing is asked for once, then left alone', async () => {
  await world.install(130, [world.thuliumDestination()], { iadvize: {} });
  await world.importCustomers('ha-130', [{ email: 'email@iadvize.com', fields: [{ label: 'Tier', value: '1' }] }]);
  world.thulium.setPermissions(['chat_conversations/start']);
  const asked = (): number => world.thulium.requests.entries().filter(({ path }) => path === '/api/customers').length;
  const before = asked();
  const logged = world.service.logs().length;
  const query = { idWebsite: 'ha-130', emailVisitor: 'email@iadvize.com' };
  expect(valuesOf(await world.profile(query))).toEqual({ 'list-Tier': '1' });
  world.thulium.setPermissions('*');
  expect(valuesOf(await world.profile(query))).toEqual({ 'list-Tier': '1' });
  expect(asked() - before).toBe(1);
  expect(world.service.logs().slice(logged)).not.toContain('failedSources');
});

describe('Our own history', () => {
  test('shows conversations with date, agent and score, and the chats that are open', async () => {
    world.rest.setOperator({ id: 9, pseudo: 'Claire' });
    const first = conversationOf(123, 5_001);
    const second = { ...conversationOf(123, 5_002), visitorId: first.visitorId };
    first.readable(world.world, [], { external_id: '' });
    const ids = { visitorId: first.visitorId };
    await world.sender.send(first.started({ ...ids, createdAt: '2026-01-02T10:00:00+01:00' }));
    await world.sender.send(first.closed({ ...ids, createdAt: '2026-01-02T10:20:00+01:00' }));
    const rated = { platform: 'ha', conversationId: 5_001 };
    await world.sender.send(satisfactionFilled({ ...rated, websiteId: 123, score: 3 }));
    const nps = { platform: 'ha', projectId: 123, conversationId: '5001', netPromoterScore: 9 };
    await world.sender.send(satisfactionAnswered(nps));
    await world.sender.send(second.started({ ...ids, createdAt: '2026-03-04T11:00:00+01:00' }));
    const query = { idWebsite: 'ha-123', idVisitorUnique: first.visitorId, operatorLocale: 'fr' };
    const fields = await eventually(
      () => world.profile(query),
      (all) => all.length > 4 && JSON.stringify(all).includes('NPS') && JSON.stringify(all).includes('open-chat'),
    );
    const shown = fields.slice(-3);
    expect(shown.map(({ id }) => id)).toEqual([
      'open-chat-thulium-main',
      'conversation-ha-123:5002',
      'conversation-ha-123:5001',
    ]);
    expect(shown.map(({ label }) => label)).toEqual(['Chat ouvert: thulium-main', 'Conversation', 'Conversation']);
    expect(shown[1]?.value).toBe('4 mars 2026, 11:00 · Agent: Claire · en cours');
    expect(shown[2]?.value).toBe('2 janv. 2026, 10:00 · Agent: Claire · Satisfaction: 9 (NPS)');
    expect(await world.profile({ ...query, idWebsite: 'ha-124' })).not.toContainEqual(shown[1]);
  });

  test('is shown without REST when REST is down', async () => {
    world.rest.faults.add({ match: { path: /visitor/ }, kind: 'status', status: 500, times: Infinity });
    const visitorId = conversationOf(123, 5_001).visitorId;
    const fields = await world.profile({ idWebsite: 'ha-123', idVisitorUnique: visitorId });
    expect(fields.map(({ id }) => id)).toContain('conversation-ha-123:5001');
  });
});

describe('Fields that act', () => {
  const query = { idWebsite: 'ha-124', idVisitorExternal: 'c-1', operatorLocale: 'en' };
  const idsOf = (fields: ProfileField[]) => fields.map(({ id }) => id);

  test('are there only for a console that knows them, and behind a person who is known', async () => {
    world.rest.setVisitor({ id: 580, unique_id: 'e'.repeat(45), external_id: 'c-1', website_id: [124] });
    expect((await world.profile(query)).slice(-2)).toEqual([
      { id: 'action-note', label: 'Add a note to the chat', value: 'NOTE', fieldType: 'ACTION' },
      { id: 'action-open-crm', label: 'Open in the CRM', value: 'OPEN_CRM', fieldType: 'ACTION' },
    ]);
    expect(JSON.stringify(await world.profile({ ...query, idWebsite: 'ha-123' }))).not.toContain('ACTION');
  });

  test.each([
    ['whom REST does not know', { idVisitorExternal: 'c-2', idVisitorUnique: 'f'.repeat(45) }],
    ['whom REST knows by another visitor id', { idVisitorUnique: 'f'.repeat(45) }],
  ])('offer no CRM page of a visitor %s: the action’s call carries the visitor id alone', async (_what, ids) => {
    world.rest.setVisitor({ id: 580, unique_id: 'e'.repeat(45), external_id: 'c-1', website_id: [124] });
    const fields = await world.profile({ ...query, ...ids });
    expect(idsOf(fields)).toEqual(expect.arrayContaining(['crm', 'action-note']));
    expect(idsOf(fields)).not.toContain('action-open-crm');
  });

  test('offer a CRM page that the visitor id alone leads to, without REST', async () => {
    const profile = { crmUrlTemplate: 'https://crm.example/v/{visitorId}' };
    await world.install(126, [], { iadvize: {}, consoleFeatures: ['ACTION'], profile });
    const ids = { idVisitorExternal: 'c-1', idVisitorUnique: 'f'.repeat(45) };
    expect(idsOf(await world.profile({ ...query, ...ids, idWebsite: 'ha-126' }))).toContain('action-open-crm');
  });
});

test('No log holds a person', () => {
  expect(world.service.logs()).not.toMatch(/email@iadvize|Ruiz|a7b94266|Loyalty/i);
});
