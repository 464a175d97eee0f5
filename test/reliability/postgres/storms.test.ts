import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Sender } from '../../simulators/iadvize-sender.ts';
import { startThulium, type ThuliumSimulator } from '../../simulators/thulium-simulator.ts';
import { QUICK, THULIUM_LOGIN } from '../../support/bridge-world.ts';
import { seenText } from '../../support/chat-stage.ts';
import { eventually } from '../../support/eventually.ts';
import { type ProcessWorld, startProcessWorld } from '../../support/process-world.ts';
import type { ServiceProcess } from '../../support/service-process.ts';

const PAUSE_MS = 10_000;
const INTERVAL_MS = 2_000;
const HOUR_MS = 3_600_000;
const CONVERSATIONS = 24;

let world: ProcessWorld;
let web: ServiceProcess;
let sender: Sender;
/** Of the installation of the test at hand. */
let chat: ThuliumSimulator;
let websiteId = 0;
let lastId = 0;

beforeAll(async () => {
  world = await startProcessWorld();
  const roles = ['web', 'worker', 'worker', 'worker'];
  [web] = (await Promise.all(roles.map((role) => world.start({ ROLE: role })))) as [ServiceProcess];
  sender = world.sender(web);
});
afterAll(() => world.stop());
beforeEach(async () => {
  chat = await startThulium(THULIUM_LOGIN);
});
afterEach(() => chat.close());

/** A website with a Thulium of its own. */
async function install(system: ThuliumSimulator, settings: object = {}): Promise<number> {
  websiteId += 1;
  const own = { baseUrl: system.url, ...THULIUM_LOGIN, chatQueueId: 3, ...QUICK, ...settings };
  await world.install(web, websiteId, [], { destinations: [{ id: 'chat', type: 'thulium', settings: own }] });
  return websiteId;
}

/** Starts and closes of so many conversations, all at once. Their visitors' addresses. */
async function converse(website: number, count: number): Promise<string[]> {
  const all = Array.from({ length: count }, () => {
    const id = (lastId += 1);
    return { email: `visitor${id}@example.org`, ...world.stage.conversation(website, id, ['hello']) };
  });
  await Promise.all(all.map(({ started }) => sender.send(started)));
  await Promise.all(all.map(({ closed }) => sender.send(closed)));
  return all.map(({ email }) => email);
}

const momentOf = ({ at }: { at: string }): number => Date.parse(at);
const requests = () => chat.requests.entries();

/** Resolves when every one of these chats was started, told everything and ended, each once. */
async function carried(system: ThuliumSimulator, emails: readonly string[]): Promise<void> {
  const saidTo = (email: string): string[][] => {
    const entries = system.ledger.entries();
    const starts = entries.filter((entry) => entry.kind === 'start' && entry.client_email === email);
    return starts.map(({ conversationId }) =>
      entries.flatMap((entry) => {
        if (entry.conversationId !== conversationId || entry.kind === 'start') return [];
        return [entry.kind === 'message' ? seenText(entry.text) : '(end)'];
      }),
    );
  };
  const isOver = (email: string): boolean => saidTo(email).at(-1)?.at(-1) === '(end)';
  await eventually(
    () => emails.filter((email) => !isOver(email)),
    (open) => open.length === 0,
  );
  for (const email of emails) expect(saidTo(email)).toEqual([[expect.stringContaining('[iAdvize]'), 'hello', '(end)']]);
}

/** Of each chat, when it was begun, in the order of time. */
const startsIn = (emails: readonly string[]): number[] =>
  chat.ledger
    .entries()
    .filter((entry) => entry.kind === 'start' && emails.includes(entry.client_email ?? ''))
    .map(momentOf);

describe('When a chat system asks to be left alone', () => {
  /** For that long from the first call it gets, whoever calls and whatever for. */
  function refuse(status: number, headers: Record<string, string>): void {
    let takesAgainAt = Infinity;
    const match = (): boolean => {
      takesAgainAt = Math.min(takesAgainAt, Date.now() + PAUSE_MS);
      return Date.now() < takesAgainAt;
    };
    chat.faults.add({ match, times: Infinity, kind: 'status', status, headers });
  }

  const dated = (hourOff: number): Record<string, string> => {
    const sentAt = Math.floor(Date.now() / 1000) * 1000 + hourOff * HOUR_MS;
    return { Date: new Date(sentAt).toUTCString(), 'Retry-After': new Date(sentAt + PAUSE_MS).toUTCString() };
  };
  const inSeconds = (): Record<string, string> => ({ 'Retry-After': String(PAUSE_MS / 1000) });

  test.each([
    ['429 and seconds', 429, inSeconds],
    ['429 and a date of a clock that is an hour behind', 429, () => dated(-1)],
    ['429 and a date of a clock that is an hour ahead', 429, () => dated(1)],
    ['503 and seconds', 503, inSeconds],
  ])('by %s, then none of three workers calls before, and they come back by and by', async (_, status, headers) => {
    const website = await install(chat);
    refuse(status, headers());
    const emails = await converse(website, CONVERSATIONS);
    await carried(chat, emails);

    const all = requests();
    const lastRefused = all.findLastIndex((entry) => entry.status === status);
    const askedFor = momentOf(all[lastRefused]!);
    // Whoever was on its way when the first was refused; nobody came a second time, nor to look for what it sent.
    const refused = all.slice(0, lastRefused + 1).map(({ query }) => query['client_email']);
    expect(emails).toEqual(expect.arrayContaining(refused));
    expect(new Set(refused).size).toBe(refused.length);
    expect(momentOf(all[lastRefused + 1]!) - askedFor).toBeGreaterThanOrEqual(PAUSE_MS);

    const starts = startsIn(emails);
    // They are let go over a tenth of the pause; workers look for them now and then, so that some come together.
    expect(starts.at(-1)! - starts[0]!).toBeGreaterThan(PAUSE_MS / 20);
    expect(starts.at(-1)! - askedFor).toBeLessThan(PAUSE_MS * 2);
  });
});

describe('When a chat system is down', () => {
  const breaker = { breakerFailures: 3, breakerIntervalMs: INTERVAL_MS, retryBaseMs: 400, retryMaxMs: 60_000 };
  const down = { match: { path: /./ }, times: Infinity, kind: 'cut-before' as const };

  async function stateOf(website: number): Promise<string | undefined> {
    const answer = await web.admin('GET', `/destination-health?installation=ha-${website}`);
    const { items } = (await answer.json()) as { items: { state: string }[] };
    return items[0]?.state;
  }

  const isDown = (website: number) =>
    eventually(
      () => stateOf(website),
      (state) => state === 'down',
    );

  /** The moments of so many calls, from the first after it went down. */
  async function tries(count: number): Promise<number[]> {
    // Whoever was on its way when it went down is back by the time of the first try.
    const from = requests().length + 1;
    const seen = await eventually(
      () => requests().slice(from),
      (entries) => entries.length >= count,
    );
    return seen.slice(0, count).map(momentOf);
  }

  test('then three workers try once in each interval together, no other installation notices, and it is found again in time', async () => {
    const website = await install(chat, breaker);
    chat.faults.add(down);
    const emails = await converse(website, 6);
    await isDown(website);
    emails.push(...(await converse(website, 6)));
    const times = await tries(5);
    expect(times.at(-1)! - times[0]!).toBeGreaterThanOrEqual((times.length - 1) * INTERVAL_MS * 0.9);

    const neighbour = await startThulium(THULIUM_LOGIN);
    const next = await install(neighbour, breaker);
    await carried(neighbour, await converse(next, 3));
    expect(await stateOf(next)).toBeUndefined();
    await neighbour.close();

    chat.faults.clear();
    const backAt = Date.now();
    await carried(chat, emails);
    const starts = startsIn(emails);
    expect(starts[0]! - backAt).toBeLessThan(INTERVAL_MS * 2);
    expect(starts.at(-1)! - starts[0]!).toBeLessThan(INTERVAL_MS * 2);
    expect(await stateOf(website)).toBe('well');
  });

  test('and one delivery is all that waits for it, then that opens no breaker, is there at every interval, and in time when it is back', async () => {
    const website = await install(chat, breaker);
    chat.faults.add(down);
    const emails = await converse(website, 1);
    // By then its back-off has grown past the interval.
    const times = (await tries(9)).slice(5);
    expect(times.at(-1)! - times[0]!).toBeGreaterThanOrEqual((times.length - 1) * INTERVAL_MS * 0.9);
    expect(times.at(-1)! - times[0]!).toBeLessThan(times.length * INTERVAL_MS * 2);
    expect(await stateOf(website)).toBe('well');

    chat.faults.clear();
    const backAt = Date.now();
    await carried(chat, emails);
    // An interval after its last look, which may have been refused just before.
    expect(startsIn(emails)[0]! - backAt).toBeLessThan(INTERVAL_MS * 3);
  });
});
