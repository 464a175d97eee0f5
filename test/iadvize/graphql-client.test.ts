import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { z } from 'zod';
import { createGraphqlClient, type GraphqlClient } from '../../src/iadvize/graphql-client.ts';
import { createHttpClient } from '../../src/outgoing/http-client.ts';

const CREDENTIALS = { username: 'admin@shop.example', password: 'p4ss' };
const QUERY = 'query { x }';
const schema = z.object({ x: z.number() });

/** A login endpoint that hands out token-1, token-2, …, and a GraphQL endpoint that takes only the newest. */
let logins: string[] = [];
let queries: { url: string; authorization: string }[] = [];
let valid = '';
let now = new Date('2026-01-01T00:00:00Z');
let server: http.Server;
let client: GraphqlClient;
const httpClient = createHttpClient({ allowPrivateAddresses: true });

beforeAll(async () => {
  server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      response.setHeader('content-type', 'application/json');
      if (request.url === '/oauth2/token') {
        logins.push(body);
        valid = `token-${logins.length}`;
        response.end(
          JSON.stringify({ token_type: 'bearer', expires_in: 86_400, access_token: valid, refresh_token: 'r' }),
        );
        return;
      }
      queries.push({ url: request.url ?? '', authorization: request.headers.authorization ?? '' });
      response.statusCode = request.headers.authorization === `Bearer ${valid}` ? 200 : 401;
      response.end(JSON.stringify(response.statusCode === 200 ? { data: { x: 1 } } : { error: 'invalid_token' }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
beforeEach(() => {
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  [logins, queries, valid, now] = [[], [], '', new Date('2026-01-01T00:00:00Z')];
  client = createGraphqlClient({ graphql: `${base}/graphql`, oauth: `${base}/oauth2/token` }, httpClient, () => now);
});
afterAll(() => {
  httpClient.close();
  server.close();
});

const ask = (platform = 'ha') => client.query(CREDENTIALS, QUERY, {}, schema, platform);

test('Callers at the same time share one login', async () => {
  expect(await Promise.all([ask(), ask(), ask()])).toEqual([{ x: 1 }, { x: 1 }, { x: 1 }]);
  expect(logins).toEqual(['username=admin%40shop.example&password=p4ss&grant_type=password']);
});

test('A token is used for a day less a margin, then there is one new login', async () => {
  await ask();
  now = new Date('2026-01-01T23:58:00Z');
  await ask();
  expect(logins).toHaveLength(1);
  now = new Date('2026-01-01T23:59:30Z');
  await Promise.all([ask(), ask()]);
  expect(logins).toHaveLength(2);
});

test('When a token is refused before its end, then callers share exactly one new login', async () => {
  await ask();
  valid = 'revoked';
  await Promise.all([ask(), ask(), ask()]);
  expect(logins).toHaveLength(2);
});

test('Clients on the standard platform are asked for with platform=sd', async () => {
  await ask('sd');
  expect(queries.map((query) => query.url)).toEqual(['/graphql?platform=sd']);
});
