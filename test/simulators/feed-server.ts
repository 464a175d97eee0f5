import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { createFaults, type Faults } from './faults.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { type RequestEntry, startSimulator } from './simulator-server.ts';

export interface FeedServer {
  /** Where the feed is. */
  url: string;
  /** Bytes of the feed as they travel. */
  size: number;
  faults: Faults;
  requests: Ledger<RequestEntry>;
  close: () => Promise<void>;
}

/** A web shop's server: hands out one gzipped feed, or says that it is still the same. */
export async function startFeedServer(feed: string): Promise<FeedServer> {
  const faults = createFaults();
  const requests = createLedger<RequestEntry>();
  const body = gzipSync(feed);
  const etag = `"${createHash('sha256').update(body).digest('hex').slice(0, 16)}"`;
  const server = await startSimulator({
    name: 'shop',
    faults,
    onRequest: requests.append,
    handle({ method, path, headers }) {
      if (method !== 'GET' || path !== '/feed.xml.gz') return { status: 404 };
      if (headers['if-none-match'] === etag) return { status: 304 };
      return { status: 200, headers: { 'Content-Type': 'application/gzip', ETag: etag }, body };
    },
  });
  return { url: `${server.url}/feed.xml.gz`, size: body.length, faults, requests, close: server.close };
}
