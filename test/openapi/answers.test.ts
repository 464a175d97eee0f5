import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { OPERATIONS } from '../../src/compose-openapi.ts';
import { errorAnswer } from '../../src/http/error-schemas.ts';
import { ERROR_TABLE } from '../../src/http/errors.ts';
import { GUARD_ERRORS } from '../../src/http/openapi/openapi-document.ts';
import { signBody, signQuery } from '../simulators/iadvize-signature.ts';
import { type BridgeWorld, conversationOf, startBridgeWorld } from '../support/bridge-world.ts';
import { eventually } from '../support/eventually.ts';
import { productRow, putLiveCatalogue } from '../support/live-catalogue.ts';
import { ADMIN_TOKEN, SECRET } from '../support/test-environment.ts';

const PUSH_KEY = 'push-key_0123456789';
const CATALOGUE = 'id,title,link,image_link,price\n1,One,https://s.example/1,https://s.example/1.jpg,9.90 EUR\n';

let world: BridgeWorld;
beforeAll(async () => {
  world = await startBridgeWorld({ IADVIZE_PUSH_KEY: PUSH_KEY });
  await world.install(123, [world.thuliumDestination()], {
    consoleFeatures: ['ACTION', 'SELECT'],
    closingForm: [
      { id: 'ticket', label: { en: 'Ticket' }, fieldType: 'CHECKBOX' },
      {
        id: 'why',
        idParent: 'ticket',
        label: { en: 'Why' },
        fieldType: 'SELECT',
        options: [{ label: 'A', value: 'a' }],
      },
    ],
  });
  const sale = { price: '10.00', salePrice: '8.00', currency: 'EUR', brand: 'Acme', shortDescription: 'short' };
  const products = [productRow(1, { available: null, price: null }), productRow(2, { ...sale, categoryId: 'c2' })];
  const categories = [
    { id: 'c1', parentId: null, label: 'All' },
    { id: 'c2', parentId: 'c1', label: 'Shoes' },
  ];
  await putLiveCatalogue(world.service.database, 'ha-123', products, categories);
});
afterAll(() => world.stop());

/** Fails unless the answer is one that the document has, whole: with nothing that is not declared. */
function expectDocumented(id: string, { status, body, type }: request.Response): void {
  const operation = OPERATIONS.find((one) => one.id === id)!;
  const refusals = [...GUARD_ERRORS[operation.guard], ...(operation.errors ?? [])].map(
    (code) => ERROR_TABLE[code].status,
  );
  const answer = operation.answers[status];
  expect([...Object.keys(operation.answers).map(Number), ...refusals]).toContain(status);
  const content = answer ? answer.content : { 'application/json': { schema: errorAnswer } };
  if (!content) return expect(body).toEqual({});
  const parsed = content[type]?.schema.safeParse(body);
  expect(parsed?.error).toBeUndefined();
  expect(JSON.parse(JSON.stringify(parsed?.data))).toEqual(body);
}

const plugin = (path: string, query: string, secret = SECRET) =>
  request(world.service.url).get(`/iadvize${path}?${query}`).set('X-iAdvize-Signature', signQuery(secret, query));
const signed = (path: string, value: unknown) => {
  const body = JSON.stringify(value);
  const call = request(world.service.url).post(`/iadvize${path}`).set('Content-Type', 'application/json');
  return call.set('X-iAdvize-Signature', signBody(SECRET, body)).send(body);
};
const admin = (method: 'get' | 'post' | 'put' | 'delete', path: string) =>
  request(world.service.url)[method](`/admin/api${path}`).set('Authorization', `Bearer ${ADMIN_TOKEN}`);

describe('Answers are as documented:', () => {
  test.each(['idWebsite=123', 'idWebsite=123&searchQuery=product+2', 'idWebsite=9', 'idWebsite=123&limit=x'])(
    'products, %s',
    async (query) => expectDocumented('listProducts', await plugin('/products', query)),
  );

  test.each(['idWebsite=123', 'idWebsite=123&idParent=c1'])('categories, %s', async (query) => {
    const answer = await plugin('/categories', query);
    expect(answer.body).toHaveLength(1);
    expectDocumented('listCategories', answer);
  });

  test.each(['listProducts /products', 'listCategories /categories', 'readVisitorProfile /visitor-profile'])(
    'a wrong signature, %s',
    async (call) => {
      const [id = '', path = ''] = call.split(' ');
      const answer = await plugin(path, 'idWebsite=123', 'another secret');
      expect(answer.status).toBe(401);
      expectDocumented(id, answer);
    },
  );

  test('the visitor profile, known and unknown', async () => {
    const visitor = conversationOf(123, 77);
    visitor.readable(world, []);
    const query = `idWebsite=ha-123&idVisitorUnique=${visitor.visitorId}&operatorLocale=fr`;
    const known = await plugin('/visitor-profile', query);
    expect((known.body as object[]).length).toBeGreaterThan(2);
    expectDocumented('readVisitorProfile', known);
    expectDocumented('readVisitorProfile', await plugin('/visitor-profile', 'idWebsite=9'));
  });

  test('actions of the profile', async () => {
    const note = { action: 'NOTE', idConversation: 'ha-1', idWebsite: 'ha-123' };
    expectDocumented('carryOutProfileAction', await signed('/visitor-profile/actions', note));
    const without = await signed('/visitor-profile/actions', { action: 'NOTE' });
    expect(without.status).toBe(422);
    expectDocumented('carryOutProfileAction', without);
  });

  test('the closing form', async () => {
    const answer = await plugin('/closing-options', 'idWebsite=123&operatorLocale=en');
    expect(answer.body).toHaveLength(2);
    expectDocumented('readClosingForm', answer);
  });

  test.each([
    [[{ id: 'thulium_api_user', value: '' }]],
    [[{ id: 'xm_department_id', value: 'no number' }]],
    [[{ key: 'xm_department_id', value: 'no number' }]],
    [
      [
        { key: 'xm_department_id', value: 'no number' },
        { id: 'currency', value: 'EUR' },
      ],
    ],
    [{ not: 'a list' }],
  ])('verification of %j', async (body) => {
    expectDocumented('verifyAuthentication', await signed('/verify/authentication', body));
    expectDocumented('verifySettings', await signed('/verify/settings', body));
  });

  test('select pickers', async () => {
    const path = '/parameters/thulium_chat_queue_id/options';
    expectDocumented('listParameterOptions', await plugin(path, 'idWebsite=ha-123'));
  });

  test('events, and what becomes of them', async () => {
    const { started, id } = conversationOf(123, 78);
    expectDocumented('takeWebhook', await signed('/webhooks', started()));
    expectDocumented('takeWebhook', await signed('/webhooks', ['no event']));
    const push = request(world.service.url).post(`/iadvize/push/${PUSH_KEY}`);
    expectDocumented('takePush', await push.send({ name: 'operator.login' }));
    await eventually(
      () => world.deliveries(id),
      (deliveries) => deliveries.some(({ status }) => status === 'delivered'),
    );
    const events = await admin('get', '/events?limit=1');
    expect(events.body).toMatchObject({ items: [{}], nextCursor: expect.any(String) });
    expectDocumented('listEvents', events);
    const first = await admin('get', `/events?conversation=${encodeURIComponent(id)}`);
    for (const { body } of [events, first]) {
      const [event] = (body as { items: { id: string }[] }).items;
      expectDocumented('replayEvent', await admin('post', `/events/${event?.id}/replay`));
    }
    expectDocumented('replayEvent', await admin('post', '/events/none/replay'));
    expectDocumented('listDeliveries', await admin('get', `/deliveries?conversation=${encodeURIComponent(id)}`));
    expectDocumented('listDeliveries', await admin('get', '/deliveries?cursor=none'));
    const done = (await world.deliveries(id)).find(({ status }) => status === 'delivered')!;
    for (const body of [{}, { confirmRepeat: true }, { surprise: 1 }]) {
      expectDocumented('replayDelivery', await admin('post', `/deliveries/${done.id}/replay`).send(body));
    }
    expectDocumented('replayDelivery', await admin('post', '/deliveries/none/replay'));
    expectDocumented('skipDelivery', await admin('post', `/deliveries/${done.id}/skip`));
    expectDocumented('skipDelivery', await admin('post', '/deliveries/none/skip'));
    await world.service.database.prisma.destinationHealth.create({
      data: { scope: 'ha-123/x', installationId: 'ha-123', destinationId: 'x', type: 'xm', openedAt: new Date() },
    });
    const health = await admin('get', '/destination-health?installation=HA-123&limit=1');
    expect(health.body).toMatchObject({ items: [{ state: 'down', installation: 'ha-123' }] });
    expectDocumented('listDestinationHealth', health);
    expectDocumented('listDestinationHealth', await admin('get', '/destination-health?limit=x'));
  });

  test('an installation’s life', async () => {
    const body = { platform: 'ha', websiteId: 5, label: 'Five', destinations: [world.thuliumDestination()] };
    expectDocumented('createInstallation', await admin('post', '/installations').send(body));
    expectDocumented('createInstallation', await admin('post', '/installations').send(body));
    expectDocumented('createInstallation', await admin('post', '/installations').send({ ...body, surprise: 1 }));
    expectDocumented('createInstallation', await admin('post', '/installations').type('text').send('x'));
    expectDocumented('listInstallations', await admin('get', '/installations?limit=1'));
    expectDocumented('listInstallations', await request(world.service.url).get('/admin/api/installations'));
    const shown = await admin('get', '/installations/ha-5');
    expectDocumented('getInstallation', shown);
    expectDocumented('replaceInstallation', await admin('put', '/installations/ha-5').send(shown.body as object));
    expectDocumented('renewInstallationKey', await admin('post', '/installations/ha-5/key'));
    expectDocumented('checkInstallation', await admin('post', '/installations/ha-5/check'));
    expectDocumented('deleteInstallation', await admin('delete', '/installations/ha-5'));
    expectDocumented('getInstallation', await admin('get', '/installations/ha-5'));
    expectDocumented('checkInstallation', await admin('post', '/installations/ha-5/check'));
  });

  test('imports', async () => {
    const send = (feed: string) => admin('post', '/installations/ha-123/catalogue').type('text/csv').send(feed);
    const ended = () =>
      eventually(
        async () => admin('get', '/installations/ha-123/catalogue'),
        ({ body }) => (body as { latest: { status: string } }).latest.status !== 'running',
      );
    expectDocumented('importCatalogue', await send(CATALOGUE));
    expectDocumented('getCatalogueImport', await ended());
    expectDocumented('importCatalogue', await send('no feed'));
    const failed = await ended();
    expect(failed.body).toMatchObject({ lastFailure: { failure: expect.any(String) } });
    expectDocumented('getCatalogueImport', failed);
    expectDocumented('importCatalogue', await admin('post', '/installations/ha-404/catalogue').send({ url: 'x' }));
    expectDocumented('importCustomers', await admin('post', '/installations/ha-123/customers'));
    expectDocumented('getCustomersImport', await admin('get', '/installations/ha-123/customers'));
  });

  test.each(['health', 'live', 'ready'])('%s', async (id) => {
    expectDocumented(id, await request(world.service.url).get(`/${id}`));
  });
});
