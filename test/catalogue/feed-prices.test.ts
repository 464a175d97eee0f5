import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pluginGet } from '../support/plugin-call.ts';
import { type FeedWorld, startFeedWorld } from './feed-world.ts';

let world: FeedWorld;
let nextWebsite = 0;

beforeAll(async () => void (world = await startFeedWorld()));
afterAll(() => world.stop());

/** What an agent sees of one product whose feed has these members. */
async function priceSeen(
  settings: object,
  members: object,
): Promise<{ priceCatalog: string; pricePromotion: unknown }> {
  const id = await world.install((nextWebsite += 1), settings);
  const product = { id: '1', title: 'Lamp', link: 'https://shop.example/1', image_link: 'https://shop.example/1.jpg' };
  await world.importFeed(id, JSON.stringify([{ ...product, ...members }]));
  const { body } = await pluginGet<{ priceCatalog: string; pricePromotion: unknown }[]>(
    world.service.url,
    '/iadvize/products',
    { idWebsite: id },
  );
  return body[0]!;
}

const kuwait = { locale: 'en-KW', currency: 'KWD' };

test.each([
  ['a currency of three decimals in the feed', {}, { price: '12.500 KWD' }, 'KWD 12.500'],
  ['in a column of its own', {}, { price: '12.500', currency: 'KWD' }, 'KWD 12.500'],
  ['the installation’s', kuwait, { price: '12.500' }, 'KWD 12.500'],
  ['a JSON number, which has no thousands separator', { currency: 'EUR' }, { price: 19.999 }, '€19.999'],
  ['an amount that is a JSON number', {}, { price: { value: 1.299, currency: 'EUR' } }, '€1.299'],
  ['a text that groups thousands', { currency: 'EUR' }, { price: '1.299' }, '€1,299.00'],
  ['a currency without decimals', {}, { price: '1,500 JPY' }, '¥1,500'],
  ['no currency anywhere', {}, { price: '12.90' }, '12.90'],
])('%s', async (_what, settings, members, text) => {
  expect((await priceSeen(settings, members)).priceCatalog).toBe(text);
});

test('A sale price is read like the price beside it', async () => {
  const members = { price: '12.500', sale_price: '9.750', sale_price_effective_date: '2020-01-01/2099-01-01' };
  expect(await priceSeen(kuwait, members)).toMatchObject({ priceCatalog: 'KWD 12.500', pricePromotion: 'KWD 9.750' });
  const over = { ...members, sale_price_effective_date: '2020-01-01T00:00+03:00/2020-01-31T23:59+03:00' };
  expect(await priceSeen(kuwait, over)).toMatchObject({ priceCatalog: 'KWD 12.500', pricePromotion: null });
});
