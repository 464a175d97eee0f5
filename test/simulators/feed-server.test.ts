import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type FeedServer, startFeedServer } from './feed-server.ts';

let server: FeedServer;

beforeAll(async () => void (server = await startFeedServer('<rss></rss>')));
afterAll(() => server.close());

test('The feed is handed out gzipped, once for each version', async () => {
  const first = await fetch(server.url);
  const bytes = Buffer.from(await first.arrayBuffer());
  expect(bytes).toHaveLength(server.size);
  expect(gunzipSync(bytes).toString()).toBe('<rss></rss>');
  const again = await fetch(server.url, { headers: { 'If-None-Match': first.headers.get('etag') ?? '' } });
  expect(again.status).toBe(304);
  expect(server.requests.entries().map(({ status }) => status)).toEqual([200, 304]);
});

test('There is nothing else', async () => {
  expect((await fetch(new URL('/other.xml', server.url))).status).toBe(404);
});
