import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { z } from 'zod';
import { OPERATIONS } from '../../src/compose-openapi.ts';
import { docsPage } from '../../src/http/openapi/docs-page.ts';
import { createOpenApiDocument } from '../../src/http/openapi/openapi-document.ts';
import { json } from '../../src/http/openapi/operation.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

describe('GET /docs', () => {
  let service: TestService;
  let page: request.Response;
  beforeAll(async () => {
    service = await startTestService({ PUBLIC_URL: 'https://connector.example/app' });
    page = await request(service.url).get('/docs');
  });
  afterAll(() => service.stop());

  test('is a public page that may be kept a while', async () => {
    expect(page.status).toBe(200);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.headers['cache-control']).toBe('public, max-age=300');
    const again = await request(service.url)
      .get('/docs')
      .set('If-None-Match', page.headers['etag'] ?? '');
    expect(again.status).toBe(304);
  });

  test('carries the one style that its policy allows, and nothing to run or to fetch', () => {
    const [, style = ''] = /<style>([^]*?)<\/style>/.exec(page.text) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    const policy = page.headers['content-security-policy'] ?? '';
    expect(policy.split('; ')).toEqual(expect.arrayContaining([`default-src 'none'`, `style-src 'sha256-${hash}'`]));
    expect(page.text).not.toMatch(/<(script|link|img|iframe|object)\b|\bsrc=|\bstyle="|\bon\w+="|url\(|@import/i);
  });

  test('shows every operation, closed, and leads to each', () => {
    for (const { id, path } of OPERATIONS) {
      expect(page.text).toContain(`id="${id}"`);
      expect(page.text).toContain(`href="#${id}"`);
      expect(page.text).toContain(`<code>${path}</code>`);
    }
    expect(page.text).not.toContain('<details open');
  });

  test('shows parameters, bodies, answers and examples', () => {
    const [, products = ''] = page.text.split('id="listProducts"');
    const [operation = ''] = products.split('</details>');
    expect(operation).toContain('<code>search[default][contains]</code>');
    expect(operation).toContain('<code>pricePromotion</code>');
    expect(operation).toContain('&quot;Red running shoe&quot;');
    expect(page.text).toContain('<code>destinations[thulium].<wbr />settings.<wbr />apiPassword</code>');
    expect(page.text).toContain('<summary>v2.conversation.pushed</summary>');
  });

  test('finds the document where the outside finds it', () => {
    expect(page.text).toContain('href="/app/openapi.json"');
  });

  test('has one of each id and a target for each of its links', () => {
    const ids = [...page.text.matchAll(/\bid="([^"]+)"/g)].map(([, id]) => id);
    const targets = [...page.text.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(targets.filter((id) => !ids.includes(id))).toEqual([]);
  });

  test('is well formed: what opens is closed, in order', () => {
    const open: string[] = [];
    for (const [, slash, name = ''] of page.text.matchAll(/<(\/?)([a-z][a-z0-9]*)\b[^>]*>/g)) {
      if (name === 'meta' || name === 'wbr') continue;
      if (slash === '') open.push(name);
      else expect(open.pop()).toBe(name);
    }
    expect(open).toEqual([]);
  });
});

test('Nothing in the document can become markup', () => {
  const evil = `<img src=x onerror="alert('1')">&`;
  const operation = {
    id: 'evil',
    method: 'post',
    path: `/x/${evil}`,
    tag: 'Service',
    summary: evil,
    description: `\`${evil}\``,
    guard: 'none',
    query: z.object({ [evil]: z.string().default(evil).describe(evil) }),
    body: { description: evil, content: json(z.object({ [evil]: z.enum([evil]) }).describe(evil), { [evil]: evil }) },
    answers: {
      200: { description: evil, headers: { [evil]: evil }, content: { [evil]: { schema: z.literal(evil) } } },
    },
  } as const;
  const info = { title: evil, version: evil, description: evil };
  const page = docsPage(createOpenApiDocument([operation], { info, publicUrl: evil }), evil);
  expect(page).toContain('&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;');
  expect(page).not.toContain('<img');
  expect(page).not.toContain(`alert('`);
});

test('Two operations of one id or one path are a mistake', () => {
  const [operation] = OPERATIONS;
  const frame = { info: { title: '', version: '', description: '' }, publicUrl: '' };
  const twice = (changes: object) => () => createOpenApiDocument([operation!, { ...operation!, ...changes }], frame);
  expect(twice({ id: 'other' })).toThrow('other is declared twice');
  expect(twice({ path: '/other' })).toThrow('is declared twice');
});
