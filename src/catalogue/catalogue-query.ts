import type { categoriesQuery, productsQuery } from './catalogue-schemas.ts';
import type { ProductQuery } from './search-index.ts';

/** A plug-in call of the product list, read tolerantly (iAdvize contract 1.6): nothing in it can fail. */
export interface CatalogueQuery extends ProductQuery {
  idWebsite: string;
  idConnectorVersion?: string;
  /** Children of this category are asked for. */
  idParent?: string;
  idOperator: string;
  limit: number;
  offset: number;
}

const DEFAULT_LIMIT = 20;
const MOST_LIMIT = 100;
/** What is read here is documented there. The last is a slip of the documentation of 2017 that somebody may have copied. */
type ParameterName = keyof typeof productsQuery.shape | keyof typeof categoriesQuery.shape | 'idWebsite]';
const SEARCH_KEYS = ['search[default][contains]', 'searchQuery'] as const satisfies ParameterName[];

/** Parameters by name; of one that came twice, the first. */
type Parameters = Readonly<Record<string, unknown>>;

function text(parameters: Parameters, ...names: ParameterName[]): string | undefined {
  for (const name of names) {
    const given = parameters[name];
    const value: unknown = Array.isArray(given) ? given[0] : given;
    if (typeof value === 'string' && value.trim() !== '') return value;
  }
  return undefined;
}

function wholeNumber(value: string | undefined, fallback: number): number {
  return value !== undefined && /^\d+$/.test(value) ? Math.min(Number(value), Number.MAX_SAFE_INTEGER) : fallback;
}

/** Reads the query. A limit of 0 is a bad number: an empty page would mean "there is no more". */
export function readCatalogueQuery(parameters: Parameters): CatalogueQuery {
  const categoryId = text(parameters, 'idCategory');
  const idParent = text(parameters, 'idParent');
  const search = text(parameters, ...SEARCH_KEYS);
  const idConnectorVersion = text(parameters, 'idConnectorVersion');
  return {
    idWebsite: text(parameters, 'idWebsite', 'idWebsite]') ?? '',
    idOperator: text(parameters, 'idOperator') ?? '',
    limit: Math.min(wholeNumber(text(parameters, 'limit'), 0) || DEFAULT_LIMIT, MOST_LIMIT),
    offset: wholeNumber(text(parameters, 'offset'), 0),
    ...(idConnectorVersion !== undefined && { idConnectorVersion }),
    ...(categoryId !== undefined && { categoryId }),
    ...(idParent !== undefined && { idParent }),
    ...(search !== undefined && { search }),
  };
}
