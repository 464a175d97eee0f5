import { z } from 'zod';
import type { IadvizeAccess } from './iadvize-source.ts';
import { IadvizeFailure } from './iadvize-failure.ts';
import type { RestClient } from './rest-client.ts';
import { text } from './rest-schemas.ts';

const websiteSchema = z.object({ timezone: text });

const REMEMBERED_MS = 24 * 60 * 60_000;

/** The time zones of websites, asked for once a day. */
export function createSiteClock() {
  const known = new Map<string, { zone: string | undefined; readAt: number }>();

  return {
    /** Undefined where REST does not tell. Throws `IadvizeFailure` of kind `unavailable`. */
    async zoneOf({ platform, websiteNumber }: IadvizeAccess, rest: RestClient): Promise<string | undefined> {
      const key = `${platform}-${websiteNumber}`;
      const remembered = known.get(key);
      if (remembered && Date.now() - remembered.readAt < REMEMBERED_MS) return remembered.zone;
      const zone = await readZone(rest, websiteNumber);
      known.set(key, { zone, readAt: Date.now() });
      return zone;
    },
  };
}

async function readZone(rest: RestClient, websiteNumber: string): Promise<string | undefined> {
  try {
    return (await rest.get(`website/${encodeURIComponent(websiteNumber)}`, {}, websiteSchema)).timezone;
  } catch (error) {
    // A key that may not read websites may still list conversations.
    if (error instanceof IadvizeFailure && error.kind !== 'unavailable') return undefined;
    throw error;
  }
}
