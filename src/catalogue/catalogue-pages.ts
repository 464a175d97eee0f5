import type { CatalogueQuery } from './catalogue-query.ts';
import type { CatalogueReadStore, ProductPage, SiteRow } from './catalogue-read-store.ts';
import type { CatalogueSites } from './catalogue-sites.ts';
import type { CategoryAnswers } from './category-answers.ts';
import type { CachedImport, IndexCache } from './index-cache.ts';
import { type PriceStyle, productJson } from './product-answers.ts';
import { queryWords } from './search-index.ts';
import { wordPattern } from './word-pattern.ts';
import { createWalkPins } from './walk-pins.ts';

/** The answers of the product list, as JSON texts. */
export interface CataloguePages {
  products(query: CatalogueQuery): Promise<Buffer | string>;
  categories(query: CatalogueQuery): Promise<string>;
  /** Loads an import that is about to go live, so that its first search waits for nothing. */
  prepare(installationId: string, importId: string): Promise<void>;
  /** A new import of this installation is live: it is loaded while the old one still answers. */
  onLive(installationId: string): void;
}

export interface CataloguePagesOptions {
  store: CatalogueReadStore;
  sites: CatalogueSites;
  indexes: IndexCache;
  /** Milliseconds since 1970. */
  now?: () => number;
}

const NOTHING = '[]';
/** A smaller catalogue is in memory before the database has answered a page of it. */
const SMALL = 2_000;
const MOST_OFFSET = 2_000_000_000;

export function createCataloguePages({ store, sites, indexes, now = Date.now }: CataloguePagesOptions): CataloguePages {
  const pins = createWalkPins(now);

  /** The import this page comes from: that of the walk's first page, else the newest that can answer. */
  async function choose(site: SiteRow, walk: string, offset: number): Promise<CachedImport | undefined> {
    const { id, importId: liveId } = site;
    if (liveId === null) return undefined;
    const pinnedId = offset > 0 ? pins.find(walk) : undefined;
    if (pinnedId !== undefined && (indexes.isReady(pinnedId) || (await store.hasProducts(pinnedId)))) {
      return indexes.open(id, pinnedId);
    }
    const live = indexes.open(id, liveId);
    const chosen = live.ready === undefined ? (indexes.newestReady(id, liveId) ?? live) : live;
    if (live.ready !== undefined) indexes.dropReplaced(id, liveId, pins.isPinned);
    if (offset === 0) pins.start(walk, chosen.importId);
    return chosen;
  }

  async function fromDatabase(cached: CachedImport, query: CatalogueQuery, style: PriceStyle): Promise<string> {
    const page: ProductPage = { limit: query.limit, offset: Math.min(query.offset, MOST_OFFSET) };
    if (query.categoryId !== undefined || query.search !== undefined) {
      const categories = await cached.categories;
      if (query.categoryId !== undefined) page.categoryIds = categories.withDescendants(query.categoryId);
      const words = queryWords(query.search);
      if (words?.length === 0) return NOTHING;
      if (words) page.words = words.map((word, index) => searched(categories, word, index === words.length - 1));
    }
    const rows = await store.productPage(cached.importId, page);
    return `[${rows.map((row) => productJson(row, style, now())).join(',')}]`;
  }

  return {
    async products(query) {
      const site = await sites.find(query.idWebsite, query.idConnectorVersion);
      if (!site) return NOTHING;
      const walk = `products\n${site.id}\n${query.idOperator}\n${query.categoryId ?? ''}\n${query.search ?? ''}`;
      const cached = await choose(site, walk, query.offset);
      if (!cached) return NOTHING;
      const style = { locale: site.locale ?? undefined, currency: site.currency ?? undefined };
      const canPageInDatabase = query.search === undefined && site.items > SMALL;
      const index = cached.ready ?? (canPageInDatabase ? undefined : await cached.index);
      if (index === undefined || typeof index === 'string') return fromDatabase(cached, query, style);
      return index.columns.answer(index.page(query, query.offset, query.limit), style, now());
    },
    async categories(query) {
      const site = await sites.find(query.idWebsite, query.idConnectorVersion);
      if (!site) return NOTHING;
      const cached = await choose(
        site,
        `categories\n${site.id}\n${query.idOperator}\n${query.idParent ?? ''}`,
        query.offset,
      );
      if (!cached) return NOTHING;
      const children = (await cached.categories).children(query.idParent);
      return JSON.stringify(children.slice(query.offset, query.offset + query.limit));
    },
    async prepare(installationId, importId) {
      await indexes.open(installationId, importId).index;
    },
    onLive(installationId) {
      sites.forget(installationId);
      const load = async (): Promise<void> => {
        const site = await sites.find(installationId);
        if (site?.importId === null || site === undefined) return;
        await indexes.open(site.id, site.importId).index;
        indexes.dropReplaced(site.id, site.importId, pins.isPinned);
      };
      // Whoever searches next tries again, and is told.
      load().catch(() => undefined);
    },
  };
}

function searched(categories: CategoryAnswers, word: string, isLast: boolean) {
  const categoryIds = categories.labelled((label) => (isLast ? label.startsWith(word) : label === word));
  return { pattern: wordPattern(word, isLast), categoryIds };
}
