import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { signQuery } from '../simulators/iadvize-signature.ts';
import { eventually } from '../support/eventually.ts';
import { productRow, putLiveCatalogue } from '../support/live-catalogue.ts';
import { SECRET } from '../support/test-environment.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

let service: TestService;

interface Answered {
  id: string;
  [field: string]: unknown;
}

async function ask(path: string, query: string): Promise<Answered[]> {
  const answer = await request(service.url)
    .get(`/iadvize/${path}?${query}`)
    .set('X-iAdvize-Signature', signQuery(SECRET, query));
  expect(answer.status).toBe(200);
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  return answer.body as Answered[];
}
const idsOf = async (query: string, path = 'products') => (await ask(path, query)).map(({ id }) => id);

async function install(platform: string, websiteId: number, settings: object = {}): Promise<void> {
  const body = { platform, websiteId, label: `Shop ${websiteId}`, destinations: [], ...settings };
  expect((await service.admin('POST', '/installations', body)).status).toBe(201);
}

const categories = [
  { id: '456', parentId: null, label: 'category' },
  { id: '9', parentId: null, label: 'Empty' },
  { id: '457', parentId: '456', label: 'Below' },
  { id: '458', parentId: '457', label: 'Deep' },
];
const query = productRow(7, {
  id: 'q7',
  title: 'A query "answered" – œuvre',
  brand: 'brand',
  description: 'described',
  shortDescription: 'short',
  price: '99.90',
  salePrice: '90',
  currency: 'EUR',
  categoryId: '457',
});
const plain = (ordinal: number) => productRow(ordinal, { categoryId: ordinal < 5 ? '458' : '457' });

beforeAll(async () => {
  service = await startTestService();
  await install('ha', 123, { locale: 'fr-FR', currency: 'PLN' });
  await install('sd', 123);
  await install('sd', 77);
  await install('ha', 5);
  await putLiveCatalogue(service.database, 'ha-123', [...[0, 1, 2, 3, 4, 6].map(plain), query], categories);
  await putLiveCatalogue(service.database, 'sd-123', [productRow(0, { id: 'of-sd' })]);
  await putLiveCatalogue(service.database, 'sd-77', [productRow(0, { id: 'of-sd-77' })]);
  await putLiveCatalogue(service.database, 'ha-5', [productRow(0, { id: 'of-ha-5' })]);
});
afterAll(() => service.stop());

describe('The contract’s vectors', () => {
  const call = (path: string, text: string, signature: string) =>
    request(service.url).get(`/iadvize/${path}?${text}`).set('X-iAdvize-Signature', `sha256=${signature}`);

  test('EX-06: root categories', async () => {
    const answer = await call(
      'categories',
      'idConnectorVersion=c008849d-7cb1-40ca-9503-d6df2c5cddd8&idWebsite=ha-123&idOperator=9999&limit=10&offset=0',
      '0da5920172e54c467697701d4139235760d436595b452b95ef1c4a275be1b9a2',
    );
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual([
      { id: '456', idParent: null, label: 'category', products: null, productsCount: 7 },
      { id: '9', idParent: null, label: 'Empty', products: null, productsCount: 0 },
    ]);
  });
  test('EX-11: search in the spelling of 2017, raw brackets', async () => {
    const answer = await call(
      'products',
      'idConnectorVersion=123&idWebsite=123&limit=10&offset=0&search[default][contains]=query',
      'b59bd7afeb35b476566b3fe37311fa49b414ddd15954610eb0e3a2c61d2cd56f',
    );
    expect(answer.body).toEqual([
      {
        id: 'q7',
        title: 'A query "answered" – œuvre',
        productUrl: 'https://shop.example/p/7',
        brand: 'brand',
        description: 'described',
        shortDescription: 'short',
        available: true,
        imageUrl: 'https://shop.example/i/7.jpg',
        reference: 'REF-7',
        priceCatalog: '99,90 €',
        pricePromotion: '90,00 €',
        priceSpecial: null,
      },
    ]);
  });
  test('EX-25: without a query at all', async () => {
    const signature = 'sha256=6babb77343df0d8713ce13de45f5c6415a67437f95cfe470e184e7e6f8a221a2';
    for (const path of ['products', 'categories']) {
      const answer = await request(service.url).get(`/iadvize/${path}`).set('X-iAdvize-Signature', signature);
      expect([answer.status, answer.body]).toEqual([200, []]);
    }
  });
  test('a wrong signature is refused', async () => {
    expect((await call('products', 'idWebsite=123', '0'.repeat(64))).status).toBe(401);
  });
});

describe('Categories', () => {
  test('EX-07: children, with their products and counts that include what is below', async () => {
    expect(await ask('categories', 'idWebsite=ha-123&idParent=456')).toEqual([
      { id: '457', idParent: '456', label: 'Below', products: ['p6', 'q7'], productsCount: 7 },
    ]);
    expect(await ask('categories', 'idWebsite=ha-123&idParent=457')).toEqual([
      { id: '458', idParent: '457', label: 'Deep', products: ['p0', 'p1', 'p2', 'p3', 'p4'], productsCount: 5 },
    ]);
    expect(await ask('categories', 'idWebsite=ha-123&idParent=nowhere')).toEqual([]);
  });
  test('come in pages', async () => {
    expect(await idsOf('idWebsite=ha-123&limit=1&offset=1', 'categories')).toEqual(['9']);
    expect(await idsOf('idWebsite=ha-123&offset=2', 'categories')).toEqual([]);
  });
});

describe('The installation', () => {
  test.each([
    ['idWebsite=ha-123&searchQuery=query', ['q7']],
    ['idWebsite=HA-123&searchQuery=query', ['q7']],
    ['idWebsite=123&searchQuery=query', ['q7']],
    ['idWebsite=sd-123', ['of-sd']],
    ['idWebsite=77', ['of-sd-77']],
    ['idWebsite]=77', ['of-sd-77']],
    ['idWebsite%5D=77', ['of-sd-77']],
    ['idWebsite=ha-77', []],
    ['idWebsite=999', []],
    ['idWebsite=', []],
    ['idWebsite=%27%22;--', []],
    ['idWebsite=%E0%A4%A', []],
  ])('%s', async (text, ids) => {
    expect(await idsOf(text)).toEqual(ids);
  });
  test('of a bare number that both platforms have is the one whose connector version is called', async () => {
    const versions = ['c008849d-7cb1-40ca-9503-d6df2c5cddd8', '3f0e6840-48fe-4e87-8f3b-6ef3f75f18d8'];
    const calledAs = (idWebsite: string, version = 0): Promise<string[]> =>
      idsOf(`idConnectorVersion=${versions[version]}&idWebsite=${idWebsite}&limit=1`);
    expect(await calledAs('123', 1)).toEqual(['p0']);
    await calledAs('ha-123', 0);
    await calledAs('sd-123', 1);
    await eventually(
      () => calledAs('123', 1),
      (ids) => ids[0] === 'of-sd',
    );
    expect(await calledAs('123', 0)).toEqual(['p0']);
    expect(await idsOf(`idConnectorVersion=${versions[1]}&idWebsite=123`, 'categories')).toEqual([]);
    // The first call could have meant either of the two, so nothing was learned from it.
    const { body } = await service.admin<{ connectorVersionId: string }>('GET', '/installations/ha-123');
    expect(body.connectorVersionId).toBe(versions[0]);
  });
  test('answers nothing once it is disabled', async () => {
    expect(await idsOf('idWebsite=5')).toEqual(['of-ha-5']);
    await service.database.query(`UPDATE installation SET active = false WHERE id = 'ha-5'`);
    expect(
      await eventually(
        () => idsOf('idWebsite=5'),
        (ids) => ids.length === 0,
        4_000,
      ),
    ).toEqual([]);
  });
});

describe('Products', () => {
  test.each([
    ['search[default][contains]=query'],
    ['search%5Bdefault%5D%5Bcontains%5D=Query'],
    ['searchQuery=QUERY%20answered'],
    ['searchQuery=answered+query'],
    ['searchQuery=q%C5%ABery&unknown=1&searchQuery=zzz'],
    ['searchQuery=quury'],
    ['searchQuery=query&idCategory=456'],
    ['searchQuery=query&idCategory=457&limit=-1&offset=x'],
  ])('by %s', async (text) => {
    expect(await idsOf(`idWebsite=ha-123&${text}`)).toEqual(['q7']);
  });
  test('of a category and all below it, in feed order, a page at a time', async () => {
    expect(await idsOf('idWebsite=123&idCategory=456')).toEqual(['p0', 'p1', 'p2', 'p3', 'p4', 'p6', 'q7']);
    expect(await idsOf('idWebsite=123&idCategory=457&limit=2&offset=4')).toEqual(['p4', 'p6']);
    expect(await idsOf('idWebsite=123&limit=3&offset=6')).toEqual(['q7']);
    expect(await idsOf('idWebsite=123&offset=7')).toEqual([]);
    expect(await idsOf('idWebsite=123&searchQuery=query&idCategory=458')).toEqual([]);
    expect(await idsOf('idWebsite=123&idCategory=nowhere')).toEqual([]);
  });
  test('with nulls, and without an availability that nobody knows', async () => {
    await install('ha', 8, { locale: 'pl-PL', currency: 'PLN' });
    await putLiveCatalogue(service.database, 'ha-8', [
      productRow(0, { available: null, price: '99.9', reference: '' }),
    ]);
    expect(await ask('products', 'idWebsite=8')).toEqual([
      {
        id: 'p0',
        title: 'Product 0',
        productUrl: 'https://shop.example/p/0',
        brand: null,
        description: '',
        shortDescription: null,
        imageUrl: 'https://shop.example/i/0.jpg',
        reference: 'p0',
        priceCatalog: '99,90 zł',
        pricePromotion: null,
        priceSpecial: null,
      },
    ]);
  });
});

test('An import that lands between two pages leaves no gap and repeats nothing', async () => {
  await install('ha', 9);
  const named = (name: string, count: number) =>
    Array.from({ length: count }, (_, at) => productRow(at, { id: `${name}${at}`, title: `${name} thing` }));
  await putLiveCatalogue(service.database, 'ha-9', named('old', 50));
  const page = (offset: number, operator: number) =>
    idsOf(`idWebsite=9&searchQuery=thing&idOperator=${operator}&limit=20&offset=${offset}`);
  const walked = await page(0, 1);

  await putLiveCatalogue(service.database, 'ha-9', named('new', 70));
  const [newest] = await eventually(
    () => page(0, 2),
    ([first]) => first === 'new0',
  );
  expect(newest).toBe('new0');
  walked.push(...(await page(20, 1)), ...(await page(40, 1)));
  expect(walked).toEqual(named('old', 50).map(({ id }) => id));
  expect((await page(60, 2)).at(-1)).toBe('new69');
});
