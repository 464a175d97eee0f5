import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createRestConversationList } from '../../src/iadvize/conversation-list.ts';
import type { GraphqlClient } from '../../src/iadvize/graphql-client.ts';
import { createHttpClient } from '../../src/outgoing/http-client.ts';
import { history } from '../simulators/iadvize-events.ts';
import { startIadvizeRest, type IadvizeRestSimulator } from '../simulators/iadvize-rest-simulator.ts';
import { localTime } from '../simulators/local-time.ts';

const KEY = 'list-key';
const UUID = '4C8C7408-f73c-42cd-89e9-afbbee7d9024';
const MINUTE_MS = 60_000;
const http = createHttpClient({ allowPrivateAddresses: true });
/** Installations without a GraphQL login never come to it. */
const graphql: GraphqlClient = { query: () => Promise.reject(new Error('nobody may ask GraphQL here')) };

let rest: IadvizeRestSimulator;
let now: number;

beforeEach(async () => {
  now = Date.now();
  rest = await startIadvizeRest({ apiKeys: [KEY] });
  rest.setWebsite({ id: 1, timezone: 'America/New_York' });
});
afterEach(() => rest.close());

const open = (restApiKey: string | null = KEY) =>
  createRestConversationList({
    http,
    graphql,
    restUrls: { ha: rest.url, sd: rest.url },
    accessOf: async () => ({
      platform: 'ha',
      websiteNumber: '1',
      restApiKey: restApiKey ?? undefined,
      graphql: undefined,
    }),
  });

const onSite = (at: number): string => localTime(new Date(at), 'America/New_York').slice(0, 19);
const ago = (minutes: number): Date => new Date(now - minutes * MINUTE_MS);
const lastHour = (list = open()) => list.between('ha-1', ago(60), new Date(now));
const listedIn = (answer: Awaited<ReturnType<typeof lastHour>>) =>
  ('listed' in answer ? answer.listed : undefined) ?? [];

test('All pages are read, each conversation once, those of other websites left out', async () => {
  for (let id = 1; id <= 250; id += 1) {
    rest.setConversation({ id, website_id: 1, created_at: onSite(now - MINUTE_MS) });
  }
  rest.setConversation({ id: 251, website_id: 2, created_at: onSite(now - MINUTE_MS) });
  const answer = await lastHour();
  const ids = listedIn(answer).map((one) => Number(one.ids[0]));
  expect(ids.sort((one, other) => one - other)).toEqual(Array.from({ length: 250 }, (_, index) => index + 1));
  const pages = rest.requests.entries().filter(({ path }) => path.endsWith('/conversation'));
  expect(pages.map(({ query }) => [query['page'], query['limit']])).toEqual([
    ['1', '100'],
    ['2', '100'],
    ['3', '100'],
  ]);
});

test('The window holds what began in it, whether REST writes the website’s time or UTC', async () => {
  rest.setConversation({ id: 1, created_at: onSite(now - 2 * MINUTE_MS) });
  rest.setConversation({ id: 2, created_at: ago(2).toISOString().slice(0, 19).replace('T', ' ') });
  const answer = await lastHour();
  expect(listedIn(answer).map(({ ids }) => ids[0])).toEqual(['1', '2']);
});

test('Both ids are told, the UUID as events spell it, and none where there is none', async () => {
  rest.setConversation({ id: 1, xmpp_id: UUID, created_at: onSite(now), closed_at: null });
  rest.setConversation({ id: 2, xmpp_id: '', created_at: onSite(now), closed_at: '0000-00-00 00:00:00' });
  rest.setConversation({ id: 3, xmpp_id: 'room7@chat', created_at: onSite(now), closed_at: onSite(now) });
  const answer = await lastHour();
  const shown = listedIn(answer).map(({ ids, closedAt }) => [ids, closedAt !== undefined]);
  expect(shown).toEqual([
    [['1', UUID.toLowerCase()], false],
    [['2'], false],
    [['3'], true],
  ]);
});

test('What makes no sense is counted and left out, the rest is read', async () => {
  const data = [{ id: 5, created_at: onSite(now) }, 'no object', { id: 'x' }, { created_at: 7 }, { id: '6' }];
  const body = { meta: { status: 'success' }, data, pagination: { page: 'one' } };
  rest.faults.add({ match: { path: /\/conversation$/ }, kind: 'status', status: 200, body });
  const answer = await lastHour();
  expect(answer).toMatchObject({ unreadable: 3, listed: [{ ids: ['5'] }, { ids: ['6'] }] });
});

test('A list of more than fifty pages is asked for in parts', async () => {
  const body = { meta: { status: 'success' }, data: [{ id: 1 }], pagination: { pages: 51 } };
  rest.faults.add({ match: { path: /\/conversation$/ }, kind: 'status', status: 200, body });
  expect(await lastHour()).toEqual({ refused: 'too-many' });
});

test('One conversation, read alone, is as exact as its messages', async () => {
  const lines = [
    { from: 'visitor' as const, text: 'hi', at: now - 10 * MINUTE_MS },
    { from: 'operator' as const, text: 'bye', at: now - 5 * MINUTE_MS },
  ];
  const times = { created_at: onSite(now - 11 * MINUTE_MS), closed_at: onSite(now - 4 * MINUTE_MS) };
  rest.setConversation({ id: 7, ...times, history: history(lines), operator_id: 9, channel: 'chat' });
  const [began, ended] = [ago(11), ago(4)].map((date) => new Date(Math.floor(date.getTime() / 1000) * 1000));
  expect(await open().one({ installationId: 'ha-1', ids: [UUID, '7'] })).toMatchObject({
    startedAt: { earliest: began, latest: began },
    closedAt: { earliest: ended, latest: ended },
    operatorId: '9',
    channel: 'chat',
  });
});

test('One of another website is not found', async () => {
  rest.setConversation({ id: 8, website_id: 2 });
  expect(await open().one({ installationId: 'ha-1', ids: ['8'] })).toEqual({ unreadable: 'not-found' });
  expect(await open().one({ installationId: 'ha-1', ids: ['9'] })).toEqual({ unreadable: 'not-found' });
});

test('A refused key is an answer; a missing one asks nobody; 429 carries its time', async () => {
  expect(await lastHour(open('wrong'))).toEqual({ unreadable: 'credentials-refused' });
  const asked = rest.requests.entries().length;
  expect(await lastHour(open(null))).toEqual({ unreadable: 'no-credentials' });
  expect(rest.requests.entries()).toHaveLength(asked);
  const refusal = { status: 429, headers: { 'Retry-After': '7' } };
  rest.faults.add({ match: { path: /\/conversation$/ }, kind: 'status', ...refusal });
  await expect(lastHour()).rejects.toMatchObject({ kind: 'unavailable', retryAfterMs: 7_000 });
});
