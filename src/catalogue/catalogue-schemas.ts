import { z } from 'zod';

/** Parameters of both reads. Every one is optional on the wire, and none can be wrong: what does not fit is ignored. */
const common = {
  idWebsite: z.string().optional().describe('Website, bare or with its platform: `123` or `ha-123`. Unknown: `[]`.'),
  idConnectorVersion: z
    .string()
    .optional()
    .describe('Tells installations apart whose website number both platforms have.'),
  idOperator: z
    .string()
    .optional()
    .describe('The agent. Pages of one agent come from one import, also while a new one becomes live.'),
  limit: z
    .string()
    .optional()
    .meta({ type: 'integer', minimum: 1, maximum: 100, default: 20, description: 'Elements of a page.' }),
  offset: z
    .string()
    .optional()
    .meta({ type: 'integer', minimum: 0, default: 0, description: 'Elements (not pages) to skip.' }),
};

/** Query of `GET /iadvize/categories` (iAdvize contract 1.6). */
export const categoriesQuery = z.object({
  ...common,
  idParent: z.string().optional().describe('Asks for the children of this category; without it, for the roots.'),
});

/** Query of `GET /iadvize/products` (iAdvize contract 1.6). */
export const productsQuery = z.object({
  ...common,
  idCategory: z.string().optional().describe('Only products of this category and of those below it.'),
  'search[default][contains]': z
    .string()
    .optional()
    .describe('Only products with all of these words, the last of which may be a beginning. The spelling of 2017.'),
  searchQuery: z.string().optional().describe('The same in the spelling of later consoles.'),
});

/** An element of the categories answer (iAdvize contract 1.6). */
export const categoryAnswer = z
  .object({
    id: z.string(),
    idParent: z.string().nullable().describe('Null for a root.'),
    label: z.string(),
    products: z
      .array(z.string())
      .nullable()
      .describe('Ids of its own products; null where there are too many or none.'),
    productsCount: z.int().describe('Its own products and those of all categories below it.'),
  })
  .meta({ id: 'Category' });

export type CategoryAnswer = z.infer<typeof categoryAnswer>;

/** An element of the products answer (iAdvize contract 1.6). */
export const productAnswer = z
  .object({
    id: z.string(),
    title: z.string(),
    productUrl: z.string(),
    brand: z.string().nullable(),
    description: z.string().describe('Plain text.'),
    shortDescription: z.string().nullable(),
    available: z.boolean().optional().describe('Left out where the feed does not say.'),
    imageUrl: z.string(),
    reference: z.string().describe('The SKU, else the id.'),
    priceCatalog: z.string().describe('As it is displayed, in the language and currency of the installation.'),
    pricePromotion: z.string().nullable().describe('Null while no sale price holds.'),
    priceSpecial: z.null().describe('In the contract; feeds have nothing for it.'),
  })
  .meta({ id: 'Product' });

export type ProductAnswer = z.infer<typeof productAnswer>;
