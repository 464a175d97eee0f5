import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import http from 'node:http';
import { ADMIN_TOKEN } from '../support/test-environment.ts';
import { eventually } from '../support/eventually.ts';
import { type FeedWorld, rssOf, startFeedWorld } from './feed-world.ts';

let world: FeedWorld;
let nextWebsite = 1_000;
beforeAll(async () => {
  world = await startFeedWorld();
});
afterAll(() => world.stop());

const titles = (count: number, title: (number: number) => string) =>
  Array.from({ length: count }, (_, index) => title(index + 1));

describe('A feed sent through the API', () => {
  test('becomes the live catalogue, with its categories', async () => {
    const id = await world.install(1);
    const answer = await world.send(id, rssOf(3));
    expect(answer).toMatchObject({ status: 202, body: { importId: expect.any(String), status: 'running' } });
    expect(await world.ended(id)).toMatchObject({
      importId: answer.body.importId,
      status: 'live',
      items: 3,
      skipped: 0,
    });
    expect(await world.liveTitles(id)).toEqual(titles(3, (number) => `Product ${number}`));
    const categories = await world.service.database.query(
      `SELECT label, parent_id IS NULL AS root FROM category WHERE import_id = $1::bigint ORDER BY 2 DESC`,
      [answer.body.importId],
    );
    expect(categories).toEqual([
      { label: 'Home', root: true },
      { label: 'Kitchen', root: false },
    ]);
  });

  test('says of each item that it skipped where it is and why; the last of equal ids counts', async () => {
    const id = await world.install(2);
    const row = (key: string, title: string) => `${key},${title},https://shop.example/x,https://shop.example/x.jpg\n`;
    const csv = `id,title,link,image_link\n${row('a', 'First')}${row('', 'No id')}${row('b', 'B')}${row('a', 'Last')}`;
    const result = await world.importFeed(id, csv, 'catalogue', 'text/csv');
    expect(result).toMatchObject({
      status: 'live',
      items: 2,
      skipped: 2,
      problems: [
        { line: 3, id: null, reason: 'has no id' },
        { line: 5, id: 'a', reason: 'its id came before; the later one counts' },
      ],
    });
    expect(await world.liveTitles(id)).toEqual(['B', 'Last']);
  });

  test('equal ids far apart', async () => {
    const id = await world.install(3);
    const feed = rssOf(2_500).replace('<g:id>p2500</g:id>', '<g:id>p1</g:id>');
    const result = await world.importFeed(id, gzipSync(feed));
    expect(result).toMatchObject({ status: 'live', items: 2_499, skipped: 1, problems: [{ id: 'p1' }] });
    expect((await world.liveTitles(id)).at(-1)).toBe('Product 2500');
  });

  test('category ids are the same in the next import', async () => {
    const id = await world.install(4);
    const idsOf = async (importId: string) =>
      world.service.database.query(`SELECT id, parent_id FROM category WHERE import_id = $1::bigint ORDER BY id`, [
        importId,
      ]);
    const first = await world.importFeed(id, rssOf(2));
    const second = await world.importFeed(id, rssOf(3));
    expect(await idsOf(second.importId)).toEqual(await idsOf(first.importId));
  });
});

describe('Readers see the earlier catalogue', () => {
  test('until the new one is complete', async () => {
    const id = await world.install(10);
    const old = titles(3_000, (number) => `Old ${number}`);
    await world.importFeed(
      id,
      rssOf(3_000, (number) => `Old ${number}`),
    );
    await world.send(
      id,
      rssOf(5_000, (number) => `New ${number}`),
    );
    const seen = new Set<string>();
    let status;
    do {
      const [before] = [await world.status(id)];
      status = before.latest?.status;
      const live = await world.liveTitles(id);
      seen.add(`${live[0]}…${live.at(-1)} ${live.length}`);
      if (live[0]?.startsWith('Old') === true) expect(live).toEqual(old);
    } while (status === 'running');
    expect([...seen].at(-1)).toBe('New 1…New 5000 5000');
    expect([...seen].filter((one) => !['Old 1…Old 3000 3000', 'New 1…New 5000 5000'].includes(one))).toEqual([]);
  });

  const whole = rssOf(20);
  test.each([
    ['not closed', whole.slice(0, -30), 'truncated'],
    ['not well formed', whole.replace('</item>', '</itme>'), 'broken'],
    ['suddenly tiny', rssOf(9), 'shrunk'],
    ['without one usable item', '<rss><item><g:id>1</g:id></item></rss>', 'empty'],
    ['a web page', '<!doctype html><html></html>', 'unknown-format'],
  ])('when the new one is %s', async (_what, feed, failure) => {
    const id = await world.install((nextWebsite += 1));
    await world.importFeed(id, whole);
    const failed = await world.importFeed(id, feed);
    expect(failed).toMatchObject({ status: 'failed', failure, detail: expect.stringMatching(/\w.*\.$/) });
    expect(await world.liveTitles(id)).toHaveLength(20);
    expect(await world.status(id)).toMatchObject({ live: { items: 20 }, lastFailure: { importId: failed.importId } });
    const left = `SELECT count(*)::int AS count FROM product WHERE import_id = $1::bigint`;
    await eventually(
      () => world.service.database.query<{ count: number }>(left, [failed.importId]),
      ([row]) => row?.count === 0,
    );
  });

  test('a tiny feed is taken when that is meant', async () => {
    const [asked, set] = [await world.install(30), await world.install(31, { catalogue: { allowShrink: true } })];
    for (const [id, query] of [
      [asked, 'catalogue?allowShrink=true'],
      [set, 'catalogue'],
    ] as const) {
      await world.importFeed(id, rssOf(20));
      expect(await world.importFeed(id, rssOf(2), query)).toMatchObject({ status: 'live', items: 2 });
    }
  });
});

describe('Limits', () => {
  test('one import of an installation at a time; another installation is not kept waiting', async () => {
    const [id, other] = [await world.install(40), await world.install(41)];
    // Both are read to the end before either import can be, so the second always meets the first.
    const answers = await Promise.all([world.send(id, rssOf(4_000)), world.send(id, rssOf(4_000))]);
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409]);
    expect(answers.find(({ status }) => status === 409)?.body.error?.code).toBe('conflict');
    expect(await world.importFeed(other, rssOf(1))).toMatchObject({ status: 'live' });
    expect(await world.ended(id)).toMatchObject({ status: 'live' });
  });

  test('a body over the limit is refused and written down', async () => {
    const id = await world.install(42);
    const answer = await world.send(id, Buffer.alloc(64 * 1024 * 1024 + 1, 0x20));
    expect(answer.status).toBe(413);
    expect(await world.status(id)).toMatchObject({ latest: { status: 'failed', failure: 'too-large' }, live: null });
  });

  test('an upload that is cut is written down and changes nothing', async () => {
    const id = await world.install(43);
    await world.importFeed(id, rssOf(3));
    const address = `${world.service.url}/admin/api/installations/${id}/catalogue`;
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-length': '100000' };
    const request = http.request(address, { method: 'POST', headers });
    request.on('error', () => undefined);
    request.write(rssOf(2), () => request.destroy());
    await eventually(
      () => world.status(id),
      ({ latest }) => latest?.failure === 'truncated',
    );
    expect(await world.liveTitles(id)).toHaveLength(3);
  });

  test('unknown installation, empty body, bad query, no token', async () => {
    const id = await world.install(44);
    expect((await world.send('ha-999', rssOf(1))).status).toBe(404);
    expect((await world.send(id, '')).status).toBe(422);
    expect((await world.send(id, rssOf(1), 'catalogue?format=pdf')).status).toBe(422);
    expect((await world.send(id, '{"url":"file:///etc/passwd"}')).status).toBe(422);
    expect((await world.send(id, '{"url":"http://a.example","colour":1}')).status).toBe(422);
    expect((await fetch(`${world.service.url}/admin/api/installations/${id}/catalogue`)).status).toBe(401);
  });
});

describe('A customer list', () => {
  test.each([
    ['csv', 'Email,external_id,Level\nANA@example.org,C1,Gold\n,,Silver\nbo@example.org,,\n'],
    [
      'json',
      JSON.stringify([
        { email: 'ana@Example.org', externalId: 'C1', Level: 'Gold' },
        { Level: 1 },
        { mail: 'bo@example.org' },
      ]),
    ],
    ['ndjson', '{"email":"ana@example.org","id":"C1","Level":"Gold"}\n{}\n{"email":"bo@example.org"}\n'],
  ])('from %s', async (_format, list) => {
    const id = await world.install((nextWebsite += 1));
    const result = await world.importFeed(id, list, 'customers');
    expect(result).toMatchObject({ status: 'live', items: 2, skipped: 1 });
    const rows = await world.service.database.query(
      `SELECT email, external_id AS "externalId", fields FROM customer WHERE import_id = $1::bigint ORDER BY ordinal`,
      [result.importId],
    );
    expect(rows).toEqual([
      { email: 'ana@example.org', externalId: 'C1', fields: [{ label: 'Level', value: 'Gold' }] },
      { email: 'bo@example.org', externalId: null, fields: [] },
    ]);
    expect(await world.status(id)).toMatchObject({ latest: null, live: null });
  });

  test('of an installation that was removed is not there when it comes back', async () => {
    const id = await world.install((nextWebsite += 1));
    await world.importFeed(id, 'email,Level\nana@example.org,Gold\n', 'customers');
    await world.service.admin('DELETE', `/installations/${id}`);
    await world.install(nextWebsite);
    expect(await world.status(id, 'customers')).toMatchObject({ live: null });
  });

  test('is no XML', async () => {
    const id = await world.install(60);
    expect(await world.importFeed(id, rssOf(1), 'customers')).toMatchObject({ failure: 'unknown-format' });
  });
});
