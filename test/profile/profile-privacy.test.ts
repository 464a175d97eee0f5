import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ProfileWorld, startProfileWorld, valuesOf } from './profile-world.ts';

let world: ProfileWorld;
const tier = (value: string) => [{ label: 'Tier', value }];

beforeAll(async () => {
  world = await startProfileWorld();
  const crm = { profile: { crmUrlTemplate: 'https://crm.example/{externalId}' } };
  await world.install(1, [world.thuliumDestination()], { iadvize: {}, ...crm });
  await world.install(2, [], { iadvize: {} });
  await world.install(3, [], {});
  await world.importCustomers('ha-1', [
    { email: 'ana@example.org', externalId: '1', fields: tier('gold') },
    { email: 'bo@example.org', externalId: '2', fields: tier('silver') },
    { email: 'family@example.org', externalId: '3', fields: tier('mother') },
    { email: 'family@example.org', externalId: '4', fields: tier('son') },
    { email: 'half@example.org', fields: tier('half') },
    { externalId: '6', fields: tier('other half') },
  ]);
  await world.importCustomers('ha-2', [{ email: 'ana@example.org', externalId: '1', fields: tier('of shop 2') }]);
  world.thulium.addCustomer({ customer_id: 1, surname: 'Ruiz', email: 'cy@example.org', identifier: '9' });
});
afterAll(() => world.stop());

const ask = async (emailVisitor: string, idVisitorExternal: string, idWebsite = 'ha-1') =>
  valuesOf(
    await world.profile({
      idWebsite,
      ...(emailVisitor !== '' && { emailVisitor }),
      ...(idVisitorExternal !== '' && { idVisitorExternal }),
    }),
  );

describe('E-mail and external id must agree', () => {
  test('they do', async () => {
    expect(await ask('Ana@example.org', '1')).toEqual({ crm: 'https://crm.example/1', 'list-Tier': 'gold' });
  });

  test.each([
    ['two people of the list', 'ana@example.org', '2'],
    ['the list’s e-mail with a stranger’s id', 'ana@example.org', '77'],
    ['the list’s id with a stranger’s e-mail', 'stranger@example.org', '1'],
    ['a person of the chat system with another id', 'cy@example.org', '1000'],
  ])('%s: nothing at all is shown', async (_what, email, externalId) => {
    expect(await ask(email, externalId)).toEqual({});
  });

  test('a record that knows only one of them does not contradict', async () => {
    expect(await ask('half@example.org', '5')).toEqual({ crm: 'https://crm.example/5', 'list-Tier': 'half' });
  });

  test('two halves that nothing joins are two people', async () => {
    expect(await ask('half@example.org', '6')).toEqual({ crm: 'https://crm.example/6' });
  });

  test('REST’s visitor counts too', async () => {
    const uniqueId = 'e'.repeat(45);
    world.rest.setVisitor({ id: 1, unique_id: uniqueId, email: 'ana@example.org', external_id: '1' });
    const query = { idWebsite: 'ha-3', idVisitorUnique: uniqueId, emailVisitor: 'ana@example.org' };
    expect(valuesOf(await world.profile({ ...query, idVisitorExternal: '1' }))).toMatchObject({ 'external-id': '1' });
    expect(await world.profile({ ...query, idVisitorExternal: '2' })).toEqual([]);
    expect(await world.profile({ ...query, emailVisitor: 'bo@example.org' })).toEqual([]);
  });
});

test('An e-mail of several people is nobody’s; with the id it is one person’s', async () => {
  expect(await ask('family@example.org', '')).toEqual({});
  expect(await ask('family@example.org', '4')).toMatchObject({ 'list-Tier': 'son' });
});

test('Each installation has its own list', async () => {
  expect(await ask('ana@example.org', '', 'ha-2')).toEqual({ 'list-Tier': 'of shop 2' });
  expect(await ask('ana@example.org', '', 'ha-1')).toEqual({ 'list-Tier': 'gold' });
  expect(await ask('ana@example.org', '', 'ha-3')).toEqual({});
});

test('Only the newest complete list is read', async () => {
  await world.install(4, [], { iadvize: {} });
  const row = (value: string) => [{ email: 'ana@example.org', fields: tier(value) }];
  await world.importCustomers('ha-4', row('old'), 'replaced');
  await world.importCustomers('ha-4', row('live'));
  await world.importCustomers('ha-4', row('coming'), 'running');
  await world.importCustomers('ha-4', row('broken'), 'failed');
  expect(await ask('ana@example.org', '', 'ha-4')).toEqual({ 'list-Tier': 'live' });
});

test('A REST filter that matches loosely shows nobody else', async () => {
  world.rest.setVisitor({ id: 30, unique_id: 'f'.repeat(45), external_id: 'abc', website_id: [3] });
  expect(await ask('', '*', 'ha-3')).toEqual({});
  expect(await ask('', 'ABC', 'ha-3')).toEqual({});
});

test('A disabled installation answers nothing', async () => {
  await world.service.database.query(`UPDATE installation SET active = false WHERE id = 'ha-2'`);
  expect(await ask('ana@example.org', '', 'ha-2')).toEqual({});
});
