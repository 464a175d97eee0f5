import { installationCandidates, parseWebsiteRef, type Platform } from '../installations/website-ref.ts';
import type { CatalogueReadStore, SiteRow } from './catalogue-read-store.ts';

/** How long what is known of an installation answers without a question to the database. */
const FRESH_MS = 1_000;
/** Up to here it still answers while the database is asked. */
const USABLE_MS = 2_000;
const MOST_SITES = 10_000;

/** Which installation a call is for, and its import that is live now. */
export interface CatalogueSites {
  /** Undefined for an unknown or disabled installation. At most two seconds old, unless the database is away. */
  find(idWebsite: string): Promise<SiteRow | undefined>;
  /** Everything about this installation is read anew. */
  forget(installationId: string): void;
}

interface Known {
  site: SiteRow;
  readAt: number;
}

export function createCatalogueSites(store: CatalogueReadStore, defaultPlatform: Platform): CatalogueSites {
  const known = new Map<string, Known>();
  const reading = new Map<string, Promise<SiteRow | undefined>>();

  async function read(idWebsite: string): Promise<SiteRow | undefined> {
    const website = parseWebsiteRef(idWebsite);
    if (!website) return undefined;
    const candidates = installationCandidates(website, defaultPlatform);
    const rows = await store.sites(candidates);
    const [site] = candidates.flatMap((id) => rows.filter((row) => row.id === id && row.active));
    // What is unknown is not remembered: it may be installed the next moment.
    if (site === undefined) known.delete(idWebsite);
    else {
      if (known.size >= MOST_SITES) known.clear();
      known.set(idWebsite, { site, readAt: performance.now() });
    }
    return site;
  }

  function readShared(idWebsite: string): Promise<SiteRow | undefined> {
    let running = reading.get(idWebsite);
    if (running === undefined) {
      running = read(idWebsite).finally(() => reading.delete(idWebsite));
      reading.set(idWebsite, running);
    }
    return running;
  }

  return {
    async find(idWebsite) {
      const one = known.get(idWebsite);
      if (one === undefined) return readShared(idWebsite);
      const age = performance.now() - one.readAt;
      if (age < FRESH_MS) return one.site;
      const fresh = readShared(idWebsite);
      if (age < USABLE_MS) {
        fresh.catch(() => undefined);
        return one.site;
      }
      // A database that is away for a moment must not empty an agent's popup.
      return fresh.catch(() => one.site);
    },
    forget(installationId) {
      for (const [idWebsite, { site }] of known) if (site.id === installationId) known.delete(idWebsite);
    },
  };
}
