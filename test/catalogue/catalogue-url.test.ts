import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import { isDue, startCatalogueSchedule } from '../../src/catalogue/catalogue-schedule.ts';
import { createFeedImports } from '../../src/catalogue/feed-imports.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { createHttpClient } from '../../src/outgoing/http-client.ts';
import { closeEverything, closedPort, startHttp } from '../outgoing/local-servers.ts';
import { eventually } from '../support/eventually.ts';
import { type FeedWorld, rssOf, startFeedWorld } from './feed-world.ts';

let world: FeedWorld;
let nextWebsite = 1;
beforeAll(async () => {
  // The schedule of the service is told apart from the tests' own: this one only takes calls.
  world = await startFeedWorld();
});
afterAll(() => world.stop());
afterEach(closeEverything);

/** An installation whose catalogue is at a server of its own. */
async function installWith(listener: RequestListener, settings: object = {}) {
  const server = await startHttp(listener);
  const url = new URL('/feed.xml', server.url).href;
  const id = await world.install((nextWebsite += 1));
  const byUrl = (changes: object = {}) => world.importFeed(id, JSON.stringify({ url, ...settings, ...changes }));
  return { id, url, byUrl };
}

describe('A feed at an address', () => {
  test('is fetched, gzip or not', async () => {
    const { id, byUrl } = await installWith((_request, response) => response.end(gzipSync(rssOf(3))));
    expect(await byUrl()).toMatchObject({ status: 'live', items: 3 });
    expect(await world.liveTitles(id)).toHaveLength(3);
  });

  test.each<[string, RequestListener, string]>([
    ['moved', (_request, response) => response.writeHead(301, { location: 'https://x.example/' }).end(), 'redirected'],
    ['gone', (_request, response) => response.writeHead(404).end('no'), 'refused-by-server'],
    [
      'cut',
      (_request, response) =>
        response.writeHead(200, { 'content-length': 1e6 }).write(rssOf(3), () => response.destroy()),
      'truncated',
    ],
    ['too large', (_request, response) => response.end(rssOf(9_000)), 'too-large'],
  ])('%s', async (_what, listener, failure) => {
    const { id, byUrl } = await installWith(listener);
    await world.service.admin('PUT', `/installations/${id}`, { label: 'Small', catalogue: { maxMegabytes: 1 } });
    await world.importFeed(id, rssOf(4));
    expect(await byUrl()).toMatchObject({ status: 'failed', failure });
    expect(await world.liveTitles(id)).toHaveLength(4);
  });

  test('where nobody listens', async () => {
    const id = await world.install((nextWebsite += 1));
    const url = `http://127.0.0.1:${await closedPort()}/secret-path?key=secret`;
    const failed = await world.importFeed(id, JSON.stringify({ url }));
    expect(failed).toMatchObject({ failure: 'unreachable' });
    expect(failed.detail).not.toContain('secret');
  });
});

describe('The schedule', () => {
  /** Two processes on one database, as far as SQL can tell. */
  const schedulesOf = (count: number) =>
    Array.from({ length: count }, () => {
      const { database } = world.service;
      const logger = createLogger({ level: 'silent' });
      const http = createHttpClient({ allowPrivateAddresses: true });
      const find = async (id: string) => {
        const [row] = await database.query<{ settings: object }>('SELECT settings FROM installation WHERE id = $1', [
          id,
        ]);
        return row && ({ settings: row.settings } as never);
      };
      const connections = 4;
      const onLive = (): void => undefined;
      const imports = createFeedImports({ database, connections, http, installations: { find }, logger, onLive });
      const schedule = startCatalogueSchedule({ database, imports, logger, lookEveryMs: 20 });
      return async () => {
        await Promise.all([schedule.stop(), imports.stop()]);
        http.close();
      };
    });

  test('asks whether the feed has changed, and imports it once when it has, however many look', async () => {
    let feed = { etag: '"v1"', body: rssOf(3) };
    const seen: IncomingHttpHeaders[] = [];
    const server = await startHttp((request, response) => {
      seen.push(request.headers);
      if (request.headers['if-none-match'] === feed.etag) response.writeHead(304).end();
      else response.setHeader('etag', feed.etag).end(feed.body);
    });
    const stops = schedulesOf(world.service.database.kind === 'postgres' ? 3 : 1);
    try {
      const id = await world.install((nextWebsite += 1), { catalogue: { url: server.url.href } });
      await eventually(
        () => world.liveTitles(id),
        (live) => live.length === 3,
      );
      expect(seen).toHaveLength(1);

      const age = `UPDATE feed_import SET started_at = started_at - interval '2 hours' WHERE installation_id = $1`;
      const settle = `UPDATE installation SET updated_at = updated_at - interval '3 hours' WHERE id = $1`;
      await world.service.database.query(settle, [id]);
      await world.service.database.query(age, [id]);
      await eventually(
        () => world.status(id),
        ({ latest }) => latest?.status === 'unchanged',
      );
      expect(await world.status(id)).toMatchObject({ live: { items: 3 } });

      feed = { etag: '"v2"', body: rssOf(5) };
      await world.service.database.query(age, [id]);
      await eventually(
        () => world.liveTitles(id),
        (live) => live.length === 5,
      );
      expect(seen.map((headers) => headers['if-none-match'])).toEqual([undefined, '"v1"', '"v1"']);
    } finally {
      await Promise.all(stops.map((stop) => stop()));
    }
  });

  test('ends what a process that died left running, and removes rows that are past', async () => {
    const id = await world.install((nextWebsite += 1));
    const { database } = world.service;
    const first = await world.importFeed(id, rssOf(2));
    const second = await world.importFeed(id, rssOf(3));
    await database.query(
      `INSERT INTO feed_import (installation_id, kind, status, source) VALUES ($1, 'catalogue', 'running', 'url')`,
      [id],
    );
    const countOf = async (importId: string) =>
      (await database.query(`SELECT 1 AS one FROM product WHERE import_id = $1::bigint`, [importId])).length;
    const [stop] = schedulesOf(1);
    await eventually(
      () => world.status(id),
      ({ latest }) => latest?.failure === 'interrupted',
    );
    expect([await countOf(first.importId), await countOf(second.importId)]).toEqual([2, 3]);
    await stop?.();

    const past = `UPDATE feed_import SET finished_at = finished_at - interval '11 minutes' WHERE installation_id = $1`;
    await database.query(past, [id]);
    const [stopAgain] = schedulesOf(1);
    await eventually(
      () => countOf(first.importId),
      (count) => count === 0,
    );
    expect(await countOf(second.importId)).toBe(3);
    await stopAgain?.();
  });

  test('jitter: an import is due between its interval and a tenth more, never earlier', () => {
    const at = (minutes: number, lastId: string) =>
      isDue({ installationId: 'ha-1', refreshMinutes: 60, lastId, ageSeconds: minutes * 60 });
    const ids = Array.from({ length: 50 }, (_, index) => String(index));
    expect(ids.filter((id) => at(59.9, id))).toEqual([]);
    expect(ids.filter((id) => at(66.1, id))).toEqual(ids);
    const halfway = ids.filter((id) => at(63, id)).length;
    expect(halfway).toBeGreaterThan(5);
    expect(halfway).toBeLessThan(45);
    expect(isDue({ installationId: 'ha-1', refreshMinutes: 60, lastId: null, ageSeconds: null })).toBe(true);
  });
});
