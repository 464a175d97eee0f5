import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CONTEXT, GUESTS, startXmWorld, type XmWorld } from './xm-world.ts';

const OPERATOR = { strategy: 'operator' };

let world: XmWorld;
beforeEach(async () => {
  world = await startXmWorld();
});
afterEach(() => world.close());

/** What a start with an operator's captcha asks. */
async function asked(settings: object = {}, context = CONTEXT) {
  const failure: unknown = await world
    .open({ captcha: { ...OPERATOR, ...settings } })
    .start(context)
    .catch((error: unknown) => error);
  expect(failure).toMatchObject({ kind: 'refused', code: 'challenge-needed' });
  return (failure as { challenge: { id: string; image: string; expiresAt: Date; attempt: number } }).challenge;
}

const guests = () => world.simulator.ledger.entries().filter(({ kind }) => kind === 'guest');
const starts = () => world.simulator.requests.entries().filter(({ path }) => path.endsWith('/guests'));

describe('Starting an XM chat', () => {
  test('1. Captcha: the image and its id are handed to a person, and no chat is begun', async () => {
    const challenge = await asked();
    expect(challenge).toMatchObject({ id: expect.stringMatching(/^c-/), attempt: 1 });
    expect(Buffer.from(challenge.image, 'base64').subarray(0, 3).toString('hex')).toBe('ffd8ff');
    expect(challenge.expiresAt.getTime()).toBeGreaterThan(Date.now() + 100_000);
    expect(starts()).toEqual([]);
  });

  test('2. Start: the answered captcha in the query, the fields in the body, tokens and ids kept', async () => {
    const { id, expiresAt, attempt } = await asked();
    const answer = world.simulator.captchaAnswer(id) ?? '';
    const challenge = { id, expiresAt, attempt, answer };
    const started = await world.open({ captcha: OPERATOR }).start({ ...CONTEXT, challenge });
    expect(starts()[0]?.query).toEqual({ captchaId: id, captcha: answer });
    const [guest] = guests();
    expect(guest).toMatchObject({
      name: 'Ana Ruiz',
      email: 'ana@example.org',
      departmentId: 1,
      message: 'Hello',
      sourceUrl: 'https://shop.example/p/1',
    });
    expect(started).toMatchObject({
      remoteId: guest?.chatId,
      state: { userId: expect.any(String), accessToken: expect.any(String), refreshToken: expect.any(String) },
    });
  });

  test('3. Wrong captcha: a new one is fetched, and the burnt one is never sent again', async () => {
    const first = await asked();
    const second = await asked({}, { ...CONTEXT, challenge: { ...first, answer: 'zzz' } });
    expect(second).toMatchObject({ attempt: 2 });
    expect(second.id).not.toBe(first.id);
    expect(starts()).toHaveLength(1);
    expect(guests()).toEqual([]);
  });

  test('After the last attempt no more captchas are asked for', async () => {
    const first = await asked({ attempts: 1 });
    const start = world
      .open({ captcha: { ...OPERATOR, attempts: 1 } })
      .start({ ...CONTEXT, challenge: { ...first, answer: 'zzz' } });
    await expect(start).rejects.toMatchObject({ kind: 'refused', code: 'captcha-refused', challenge: undefined });
  });

  test('An answer that comes too late is not sent; the next captcha is no further attempt', async () => {
    const first = await asked();
    world.clock.aheadMs = 120_001;
    const answer = world.simulator.captchaAnswer(first.id) ?? '';
    const second = await asked({}, { ...CONTEXT, challenge: { ...first, answer } });
    expect(second).toMatchObject({ attempt: 1 });
    expect(starts()).toEqual([]);
  });

  test('4. Missing field: what the visitor did not give is made up, so that no chat fails for it', async () => {
    await world.open().start({ conversationId: 'ha-1:2', visitor: {}, openingText: 'Hello' });
    await world.open().start({ conversationId: 'ha-1:3', visitor: { firstName: 'Al' }, openingText: 'Hello' });
    const longName = { firstName: 'Wolfeschlegelsteinhausenbergerdorff', email: 'no address' };
    await world.open().start({ conversationId: 'ha-1:4', visitor: longName, openingText: 'Hello' });
    expect(guests()).toMatchObject([
      { name: 'Visitor', email: expect.stringMatching(/^visitor-[0-9a-f]{12}@visitor\.invalid$/) },
      { name: 'Al (visitor)' },
      { name: 'Wolfeschlegelsteinhausenbergerdo', email: expect.stringMatching(/@visitor\.invalid$/) },
    ]);
  });

  test('4. Missing field: what XM refuses all the same leaves no chat behind', async () => {
    await expect(world.open().start({ ...CONTEXT, openingText: '' })).rejects.toMatchObject({ kind: 'refused' });
    expect(world.simulator.rooms()).toEqual([]);
  });

  test('A start whose answer is lost is in doubt: the burnt captcha is not tried again', async () => {
    const { id, expiresAt, attempt } = await asked();
    const challenge = { id, expiresAt, attempt, answer: world.simulator.captchaAnswer(id) ?? '' };
    world.simulator.faults.add({ match: GUESTS, kind: 'accept-then-cut' });
    const start = world.open({ captcha: OPERATOR }).start({ ...CONTEXT, challenge });
    await expect(start).rejects.toMatchObject({ kind: 'unknown', code: 'no-answer' });
    expect(starts()).toHaveLength(1);
  });

  test('The visitor cannot answer captchas yet, and the start says so', async () => {
    const start = world.open({ captcha: { strategy: 'visitor' } }).start(CONTEXT);
    await expect(start).rejects.toMatchObject({ kind: 'refused', code: 'challenge-unsupported' });
    expect(world.simulator.requests.entries()).toEqual([]);
  });

  test('Settings send the department as text, and the captcha in the body too', async () => {
    const bodies: unknown[] = [];
    const { http, now } = world;
    const { xm } = await import('../../src/destinations/xm/xm-destination.ts');
    const spying = {
      ...http,
      request: (request: Parameters<typeof http.request>[0]) => {
        if (typeof request.body === 'string') bodies.push(JSON.parse(request.body));
        return http.request(request);
      },
    };
    const captcha = { strategy: 'fixed', captchaId: 'c-agreed', captcha: 'k9fzp' };
    const settings = { departmentIdAsText: true, captchaInBody: true, openingEncoding: 'base64' };
    const given = { baseUrl: world.simulator.url, departmentId: 2, captcha, ...settings };
    await xm.open(given, { http: spying, now }).destination.start(CONTEXT);
    expect(bodies).toMatchObject([{ departmentId: '2', captchaId: 'c-agreed', captcha: 'k9fzp', message: 'SGVsbG8=' }]);
  });

  test.each([
    [
      'refuses for a time',
      { status: 429, headers: { 'Retry-After': '7' } },
      { kind: 'throttled', retryAfterMs: 7_000 },
    ],
    ['is in trouble', { status: 500 }, { kind: 'unknown' }],
    ['does not know the path', { status: 404 }, { kind: 'refused', code: 'request-refused' }],
  ])('When XM %s, the start fails as what it is', async (_what, answer, failure) => {
    world.simulator.faults.add({ match: GUESTS, kind: 'status', ...answer });
    await expect(world.open().start(CONTEXT)).rejects.toMatchObject(failure);
  });

  test('A captcha that cannot be had says whether it is worth another try', async () => {
    const match = { path: /\/captcha$/ };
    const start = () => world.open({ captcha: OPERATOR }).start(CONTEXT);
    world.simulator.faults.add({ match, kind: 'status', status: 500 });
    await expect(start()).rejects.toMatchObject({ kind: 'notSent', code: 'server-error' });
    world.simulator.faults.add({ match, kind: 'status', status: 200, body: { captchaId: 'c', captchaImage: '<b>' } });
    await expect(start()).rejects.toMatchObject({ kind: 'notSent', code: 'bad-answer' });
    world.simulator.faults.add({ match, kind: 'status', status: 404 });
    await expect(start()).rejects.toMatchObject({ kind: 'refused', code: 'request-refused' });
  });
});
