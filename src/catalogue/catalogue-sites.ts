import { installationCandidates, parseWebsiteRef, type Platform } from '../installations/website-ref.ts';
import { calledOne } from '../installations/plugin-tenant.ts';
import type { CatalogueReadStore, SiteRow } from './catalogue-read-store.ts';

/** How long what is known of an installation answers without a question to the database. */
const FRESH_MS = 1_000;
/** Up to here it still answers while the database is asked. */
const USABLE_MS = 2_000;
const MOST_SITES = 10_000;

/** Which installation a call is for, and its import that is live now. */
export interface CatalogueSites {
  /**
   * Undefined for an unknown or disabled installation. A bare number that both platforms have is the one whose connector
   * version is named. At most two seconds old, unless the database is away.
   */
  find(idWebsite: string, connectorVersionId?: string): Promise<SiteRow | undefined>;
  /** Everything about this installation is read anew. */
  forget(installationId: string): void;
}

interface Known {
  /** Active ones the id may mean, likeliest first. */
  sites: SiteRow[];
  readAt: number;
}

/** `learnVersion`: what a call says of an installation whose connector version was never known. */
export function createCatalogueSites(
  store: CatalogueReadStore,
  defaultPlatform: Platform,
  learnVersion: (installationId: string, connectorVersionId: string) => Promise<void> = async () => undefined,
): CatalogueSites {
  const known = new Map<string, Known>();
  const reading = new Map<string, Promise<SiteRow[]>>();

  async function read(idWebsite: string): Promise<SiteRow[]> {
    const website = parseWebsiteRef(idWebsite);
    if (!website) return [];
    const candidates = installationCandidates(website, defaultPlatform);
    const rows = await store.sites(candidates);
    const sites = candidates.flatMap((id) => rows.filter((row) => row.id === id && row.active));
    // What is unknown is not remembered: it may be installed the next moment.
    if (sites.length === 0) known.delete(idWebsite);
    else {
      if (known.size >= MOST_SITES) known.clear();
      known.set(idWebsite, { sites, readAt: performance.now() });
    }
    return sites;
  }

  function readShared(idWebsite: string): Promise<SiteRow[]> {
    let running = reading.get(idWebsite);
    if (running === undefined) {
      running = read(idWebsite).finally(() => reading.delete(idWebsite));
      reading.set(idWebsite, running);
    }
    return running;
  }

  async function sitesOf(idWebsite: string): Promise<SiteRow[]> {
    const one = known.get(idWebsite);
    if (one === undefined) return readShared(idWebsite);
    const age = performance.now() - one.readAt;
    if (age < FRESH_MS) return one.sites;
    const fresh = readShared(idWebsite);
    if (age < USABLE_MS) {
      fresh.catch(() => undefined);
      return one.sites;
    }
    // A database that is away for a moment must not empty an agent's popup.
    return fresh.catch(() => one.sites);
  }

  return {
    async find(idWebsite, connectorVersionId) {
      const sites = await sitesOf(idWebsite);
      const [only] = sites;
      if (sites.length === 1 && only?.connectorVersionId === null && connectorVersionId !== undefined) {
        only.connectorVersionId = connectorVersionId;
        // An agent does not wait for that, and the next call tells it again.
        learnVersion(only.id, connectorVersionId).catch(() => undefined);
      }
      return calledOne(sites, connectorVersionId, (site) => site.connectorVersionId);
    },
    forget(installationId) {
      for (const [idWebsite, { sites }] of known) {
        if (sites.some((site) => site.id === installationId)) known.delete(idWebsite);
      }
    },
  };
}
