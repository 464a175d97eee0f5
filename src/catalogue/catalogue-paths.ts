import { z } from 'zod';
import { json, type Operation } from '../http/openapi/operation.ts';
import { categoriesQuery, categoryAnswer, productAnswer, productsQuery } from './catalogue-schemas.ts';

const category = { id: '456', idParent: null, label: 'Shoes', products: null, productsCount: 7 };
const product = {
  id: '123',
  title: 'Red running shoe',
  productUrl: 'https://shop.example/p/123',
  brand: 'Acme',
  description: 'Light, and made for asphalt.',
  shortDescription: null,
  available: true,
  imageUrl: 'https://shop.example/i/123.jpg',
  reference: 'RS-42',
  priceCatalog: '99,90 €',
  pricePromotion: '89,90 €',
  priceSpecial: null,
};
const END = 'A page that is shorter than its limit is the last one.';

/** What `catalogueRoutes` answers. */
export const cataloguePaths: readonly Operation[] = [
  {
    id: 'listCategories',
    method: 'get',
    path: '/iadvize/categories',
    tag: 'Agent console',
    summary: 'Categories of the catalogue, one level at a time',
    description: END,
    guard: 'signature',
    query: categoriesQuery,
    answers: { 200: { description: 'One page.', content: json(z.array(categoryAnswer), { roots: [category] }) } },
  },
  {
    id: 'listProducts',
    method: 'get',
    path: '/iadvize/products',
    tag: 'Agent console',
    summary: 'Products, by category or by words',
    description: END,
    guard: 'signature',
    query: productsQuery,
    answers: { 200: { description: 'One page.', content: json(z.array(productAnswer), { found: [product] }) } },
  },
];
