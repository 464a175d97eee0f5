import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { call } from './http-call.ts';
import { history } from './iadvize-events.ts';
import type { RestConversation } from './iadvize-rest-fixtures.ts';
import type { Pagination } from './iadvize-rest-list.ts';
import { startIadvizeRest, type IadvizeRestSimulator } from './iadvize-rest-simulator.ts';

const UNIQUE_ID = '593de0891b628a50b09835dc6c0e92565329c74baa90e';

interface Envelope<Data> {
  meta: { status: string; message?: string };
  data: Data;
  pagination: Pagination;
}

describe('iAdvize REST simulator', () => {
  let rest: IadvizeRestSimulator;

  const get = async <Data = { id: number }[]>(path: string): Promise<Envelope<Data>> =>
    (await call<Envelope<Data>>(`${rest.url}${path}`, { headers: { 'X-API-Key': 'secret-key' } })).json;
  const ids = async (path: string): Promise<number[]> => (await get(path)).data.map(({ id }) => id);

  beforeEach(async () => {
    rest = await startIadvizeRest({ apiKeys: ['secret-key'] });
  });
  afterEach(() => rest.close());

  test('33: a visitor is found by its unique id, and nobody by an unknown one', async () => {
    rest.setVisitor({ id: 560, unique_id: UNIQUE_ID, external_id: '123', email: 'ana@example.org' });

    const found = await get(`/visitor?filters[unique_id]=${UNIQUE_ID}&full=1`);
    expect(found).toMatchObject({
      meta: { status: 'success' },
      data: [{ id: 560, unique_id: UNIQUE_ID, external_id: '123', email: 'ana@example.org', website_id: [1] }],
      pagination: { page: 1, pages: 1, limit: 20, count: 1 },
    });
    expect(await get('/visitor?filters[unique_id]=none&full=1')).toMatchObject({ data: [], pagination: { count: 0 } });
    expect(await ids('/visitor?filters[external_id]=123')).toEqual([560]);
    expect(await ids('/visitor?filters[external_id]=12*')).toEqual([560]);
    expect(await ids('/visitor?filters[external_id]=12')).toEqual([]);
  });

  test('a list without full=1 gives links only', async () => {
    rest.setVisitor({ id: 560 });

    expect((await get('/visitor')).data).toEqual([{ id: 560, _link: `${rest.url}/visitor/560` }]);
    expect((await get<{ id: number }>('/visitor/560')).data).toMatchObject({ id: 560, unique_id: UNIQUE_ID });
  });

  test('34: the history is well formed only with the suffix and the parameter', async () => {
    const tuples = history([
      { from: 'visitor', text: 'Hello', at: 1455618264049 },
      { from: 'notice', text: 'OPERATOR_CHAT_CLOSE', at: 1455618403000 },
    ]);
    rest.setConversation({ id: 666, history: tuples });
    const read = async (path: string) => (await get<RestConversation>(path)).data.history;

    expect(await read('/conversation.json-unicode/666?formatHistory=0')).toEqual([
      [2, '2016-02-16 11:24:24', 'Hello', 1455618264049],
      [3, '2016-02-16 11:26:43', 'OPERATOR_CHAT_CLOSE'],
    ]);
    const text = '[2016-02-16 11:24:24] Hello\n[2016-02-16 11:26:43] OPERATOR_CHAT_CLOSE';
    expect(await read('/conversation/666')).toBe(text);
    expect(await read('/conversation.json-unicode/666')).toBe(text);

    rest.setConversation({ id: 667, history: JSON.stringify(tuples) });
    expect(await read('/conversation.json-unicode/667?formatHistory=0')).toBe(JSON.stringify(tuples));
  });

  test('35: an unknown id fails in the envelope and not in the HTTP status', async () => {
    const answer = await call(`${rest.url}/visitor/456?key=secret-key`);

    expect(answer).toMatchObject({
      status: 200,
      json: { meta: { status: 'fail', message: "Unknown 'visitor' with 'id' 456." } },
    });
  });

  test('35: a wrong key is forbidden in the envelope, whatever the HTTP status', async () => {
    const forbidden = { meta: { status: 'error', message: 'Forbidden' } };
    expect(await call(`${rest.url}/visitor`)).toMatchObject({ status: 200, json: forbidden });

    const strict = await startIadvizeRest({ apiKeys: ['secret-key'], forbiddenStatus: 403 });
    const refused = await call(`${strict.url}/visitor?key=wrong`);
    await strict.close();
    expect(refused).toMatchObject({ status: 403, json: forbidden });
  });

  test('the key travels in the header, in the query or as the user name', async () => {
    const basic = `Basic ${Buffer.from('secret-key:').toString('base64')}`;
    const answers = [
      await call(`${rest.url}/visitor`, { headers: { 'X-API-Key': 'secret-key' } }),
      await call(`${rest.url}/visitor?key=secret-key`),
      await call(`${rest.url}/visitor`, { headers: { Authorization: basic } }),
    ];

    for (const { json } of answers) expect(json).toMatchObject({ meta: { status: 'success' } });
  });

  test('conversations are filtered by visitor, site, operator and time', async () => {
    rest.setVisitor({ id: 560, unique_id: UNIQUE_ID });
    rest.setConversation({ id: 1, created_at: '2024-06-01 10:00:00', website_id: 1, operator_id: 7 });
    rest.setConversation({ id: 2, created_at: '2024-07-01 10:00:00', website_id: 2, visitor_uid: 'other' });
    rest.setConversation({ id: 3 });
    const june = 'filters[from]=2024-06-01';

    expect(await ids('/conversation')).toEqual([3]);
    expect(await ids(`/conversation?${june}`)).toEqual([1, 2]);
    expect(await ids('/conversation?filters[to]=2024-06-30')).toEqual([1]);
    expect(await ids(`/conversation?${june}&filters[to]=2024-07-01 09:59:59`)).toEqual([1]);
    expect(await ids(`/conversation?${june}&filters[website_id]=2`)).toEqual([2]);
    expect(await ids(`/conversation?${june}&filters[operator_id]=7`)).toEqual([1]);
    expect(await ids(`/conversation?${june}&filters[visitor_id]=560`)).toEqual([1]);
    expect(await ids(`/conversation?${june}&filters[visitor_id]=${UNIQUE_ID}`)).toEqual([1]);
    const tooWide = await get(`/conversation?${june}&filters[to]=2024-12-01`);
    expect(tooWide.meta).toMatchObject({ status: 'fail', message: expect.stringContaining('3 months') });
  });

  test('a list has pages of twenty, or of at most a hundred', async () => {
    for (let id = 1; id <= 130; id += 1) rest.setConversation({ id });

    expect((await get('/conversation')).pagination).toEqual({ page: 1, pages: 7, limit: 20, count: 130 });
    expect(await ids('/conversation?page=7')).toEqual([121, 122, 123, 124, 125, 126, 127, 128, 129, 130]);
    expect((await get('/conversation?limit=500')).pagination).toMatchObject({ pages: 2, limit: 100 });
    expect(await ids('/conversation?page=8')).toEqual([]);
  });

  test('operators and websites are read by id', async () => {
    rest.setOperator({ id: 7, pseudo: 'Marie' });
    rest.setWebsite({ id: 1, timezone: 'Europe/Warsaw' });

    expect((await get<object>('/operator/7')).data).toMatchObject({ id: 7, pseudo: 'Marie' });
    expect((await get<object>('/website/1')).data).toMatchObject({ id: 1, timezone: 'Europe/Warsaw' });
    expect((await get('/website/2')).meta).toEqual({ status: 'fail', message: "Unknown 'website' with 'id' 2." });
  });

  test('a failure of the envelope and one of HTTP can be switched on', async () => {
    rest.setVisitor({ id: 560 });
    rest.failMeta(/\/visitor\/560$/, { status: 'error', message: 'Something went wrong', times: 2 });
    const metas = [await get('/visitor/560'), await get('/visitor/560'), await get('/visitor/560')];
    expect(metas.map(({ meta }) => meta.status)).toEqual(['error', 'error', 'success']);

    rest.faults.add({ match: { path: /visitor/ }, kind: 'status', status: 503 });
    expect((await call(`${rest.url}/visitor?key=secret-key`)).status).toBe(503);
    expect(rest.requests.entries().map(({ status }) => status)).toEqual([200, 200, 200, 503]);
  });
});
