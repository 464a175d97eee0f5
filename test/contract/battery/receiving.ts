import { expect, test } from '@jest/globals';
import type { RemoteEvent } from '../../../src/destinations/receiving.ts';
import {
  type ContractWorld,
  failureOf,
  type KeptChat,
  messagesIn,
  storedTexts,
  type Tamper,
} from '../contract-world.ts';
import type { Subject } from '../subject.ts';

const holds =
  (count: number) =>
  (events: readonly RemoteEvent[]): boolean =>
    storedTexts(events).length >= count;

export function receivingTests(world: () => ContractWorld, { numbersMessages }: Subject): void {
  /** A chat whose listener is at work: the next readings tell what is new. */
  async function listened(): Promise<KeptChat> {
    const chat = await world().chat();
    world().running.agentWrites(chat.remoteId, 'Good morning');
    await chat.readUntil(holds(1));
    // What is compared once more after a start has been: from here on it polls.
    for (let quiet = 0; quiet < 2; quiet += 1) expect(await chat.read()).toMatchObject({ events: [] });
    return chat;
  }

  test('what agents write comes in order and to the letter, as theirs', async () => {
    const { running } = world();
    const chat = await world().chat();
    const texts = ['Dzień dobry 👋', 'ok', 'ok', '<b>1 & 2</b> 👩‍👩‍👧‍👦'];
    for (const text of texts) running.agentWrites(chat.remoteId, text);
    const messages = messagesIn(await chat.readUntil(holds(texts.length)));
    expect(messages.slice(0, 3).map(({ text }) => text)).toEqual(texts.slice(0, 3));
    expect(messages[3]?.text).toContain('👩‍👩‍👧‍👦');
    expect(new Set(messages.map(({ author, remoteId }) => `${author.role} ${remoteId}`))).toEqual(
      new Set([`agent ${chat.remoteId}`]),
    );
  });

  test('our own messages do not come back, and an agent who says the same is heard', async () => {
    const { running } = world();
    const chat = await listened();
    await chat.say('ok');
    running.agentWrites(chat.remoteId, 'ok');
    await chat.say('thanks');
    running.agentWrites(chat.remoteId, 'bye');
    expect(storedTexts(await chat.readUntil(holds(2)))).toEqual(['ok', 'bye']);
    const quiet = [...(await chat.read()).events, ...(await chat.read()).events];
    expect(quiet).toEqual([]);
  });

  test('a reading that was never stored is read again, under the same keys', async () => {
    const { running } = world();
    const chat = await listened();
    for (const text of ['one', 'two']) running.agentWrites(chat.remoteId, text);
    const lost = await chat.read({ lose: true });
    const again = await chat.read({ lose: true });
    const stored = await chat.read();
    const keysOf = (reading: typeof lost): string[] => messagesIn(reading.events).map(({ key }) => key);
    expect(storedTexts(lost.events)).toEqual(['one', 'two']);
    expect(keysOf(again)).toEqual(keysOf(lost));
    expect(keysOf(stored)).toEqual(keysOf(lost));
    expect(await chat.read()).toMatchObject({ events: [] });
  });

  test('a listener that starts anew gives what it gave before the same keys', async () => {
    const { running } = world();
    const chat = await world().chat();
    for (const text of ['one', 'two', 'two']) running.agentWrites(chat.remoteId, text);
    const first = messagesIn(await chat.readUntil(holds(3))).map(({ key }) => key);
    const anew = messagesIn(
      (await world().keep({ remoteId: chat.remoteId, state: chat.loaded().state }).read()).events,
    );
    expect(anew.map(({ key }) => key)).toEqual(first);
  });

  test('what comes twice is one message', async () => {
    const { running, wire } = world();
    const chat = await world().chat();
    running.agentWrites(chat.remoteId, 'Good morning');
    const before = await chat.readUntil(holds(1));
    wire.tamper = rearranged(running.listMember, (list) => [...list, ...list]);
    for (const text of ['one', 'two']) running.agentWrites(chat.remoteId, text);
    const readTwice = (events: readonly RemoteEvent[]): boolean => holds(3)([...before, ...events]);
    const events = [...before, ...(await chat.readUntil(readTwice)), ...(await chat.read()).events];
    expect(storedTexts(events)).toEqual(['Good morning', 'one', 'two']);
  });

  test('what comes in the wrong order is neither lost nor doubled, and put right where it is numbered', async () => {
    const { running, wire } = world();
    const chat = await listened();
    wire.tamper = rearranged(running.orderMember, (list) => list.toReversed());
    for (const text of ['one', 'two', 'three']) running.agentWrites(chat.remoteId, text);
    const texts = storedTexts([...(await chat.readUntil(holds(3))), ...(await chat.read()).events]);
    if (numbersMessages) expect(texts).toEqual(['one', 'two', 'three']);
    else expect(texts.toSorted()).toEqual(['one', 'three', 'two']);
  });

  test('what shows late comes once, and nothing before it is lost', async () => {
    const { running } = world();
    const chat = await listened();
    running.showLate(300);
    running.agentWrites(chat.remoteId, 'slow');
    running.showLate(0);
    running.agentWrites(chat.remoteId, 'quick');
    const events = await chat.readUntil(holds(2), 5_000);
    expect(storedTexts([...events, ...(await chat.read()).events])).toEqual(['slow', 'quick']);
  });

  test.each(['accept-then-cut', 'cut-before'] as const)('a line that is cut (%s) costs nothing', async (kind) => {
    const { running } = world();
    const chat = await listened();
    running.agentWrites(chat.remoteId, 'one');
    running.faults.add({ match: running.calls.read, kind });
    const first = await chat.readThrough();
    running.agentWrites(chat.remoteId, 'two');
    const events = [...first, ...(await chat.readUntil(holds(2 - first.length)))];
    expect(storedTexts(events)).toEqual(['one', 'two']);
  });

  test.each([500, 503])('trouble with %i passes, and nothing is lost', async (status) => {
    const { running } = world();
    const chat = await listened();
    running.faults.add({ match: running.calls.read, times: 3, kind: 'status', status });
    running.agentWrites(chat.remoteId, 'one');
    expect(storedTexts(await chat.readUntil(holds(1)))).toEqual(['one']);
  });

  test('trouble that does not pass ends no chat, and is never taken for a refusal', async () => {
    const { running } = world();
    const chat = await listened();
    running.faults.add({ match: running.calls.read, times: Infinity, kind: 'status', status: 500 });
    running.agentWrites(chat.remoteId, 'one');
    for (let turn = 0; turn < 5; turn += 1) {
      const reading = await chat.read().catch((error: unknown) => error);
      expect(reading).toMatchObject({ kind: 'notSent', code: 'server-error' });
    }
    running.faults.clear();
    expect(storedTexts(await chat.readUntil(holds(1)))).toEqual(['one']);
  });

  test('throttled: the wait is passed on', async () => {
    const { running } = world();
    const chat = await listened();
    const headers = { 'Retry-After': '7' };
    running.faults.add({ match: running.calls.read, times: Infinity, kind: 'status', status: 429, headers });
    const failure = await failureOf(chat.read());
    expect([failure.kind, failure.retryAfterMs]).toEqual(['throttled', 7_000]);
  });

  test('unauthorised: refused, not gone', async () => {
    const { running } = world();
    const chat = await listened();
    running.faults.add({ match: running.calls.read, times: Infinity, kind: 'status', status: 401 });
    const failure = await failureOf(chat.read());
    expect([failure.kind, failure.code]).toEqual(['refused', 'credentials-refused']);
  });

  test('a chat that the system forgot ends', async () => {
    const { running } = world();
    const chat = await listened();
    running.forget(chat.remoteId);
    const events = await chat.readUntil((read) => read.some(({ kind }) => kind === 'ended'));
    expect(events).toMatchObject([{ kind: 'ended', remoteId: chat.remoteId, reason: 'gone' }]);
  });

  test('a reading that is called off ends at once', async () => {
    const { running } = world();
    const chat = await listened();
    running.faults.add({ match: running.calls.read, times: Infinity, kind: 'delay', ms: 60_000 });
    const stop = new AbortController();
    const reading = chat.read({ signal: stop.signal }).catch((error: unknown) => error);
    stop.abort(new Error('called off'));
    const outcome = await reading;
    expect(outcome instanceof Error ? outcome.message : 'resolved').toMatch(/^(called off|resolved)$/);
  });

  test('what people see there is read back, ours and theirs, without anything being taken away', async () => {
    const { running, destination } = world();
    const chat = await listened();
    await chat.say('Hello');
    running.agentWrites(chat.remoteId, 'Good morning');
    await chat.say('Hello');
    const texts = await destination.readTexts?.(chat.loaded());
    const people = texts?.filter(({ author: { role } }) => role === 'self' || role === 'agent');
    const said = people?.slice(-3);
    if (texts) expect(said?.map(({ text }) => text)).toEqual(['Hello', 'Good morning', 'Hello']);
    if (texts) expect(said?.map(({ author }) => author.role)).toEqual(['self', 'agent', 'self']);
    expect(storedTexts(await chat.readUntil(holds(1)))).toEqual(['Good morning']);
  });

  test("an agent's file comes with its bytes, and one too long is refused", async () => {
    const { running, destination } = world();
    const chat = await listened();
    const bytes = Buffer.from('%PDF-1.7 zażółć');
    running.agentSendsFile(chat.remoteId, 'plan.pdf', bytes);
    const messages = messagesIn(await chat.readUntil((events) => messagesIn(events).length > 0));
    const [file] = messages.flatMap(({ files }) => files);
    if (!file) throw new Error('it came without a file');
    expect(file.name).toBe('plan.pdf');
    expect((await destination.receiver!.fetchFile(chat.loaded(), file, 1_000)).bytes).toEqual(bytes);
    const failure = await failureOf(destination.receiver!.fetchFile(chat.loaded(), file, 5));
    expect([failure.kind, failure.code]).toEqual(['refused', 'request-refused']);
  });
}

/** Rearranges every list of that name in JSON answers. */
function rearranged(member: string, change: (list: unknown[]) => unknown[]): Tamper {
  return (response) => {
    const text = response.body.toString('utf8');
    if (!/^\s*[[{]/.test(text)) return response;
    const parsed: unknown = JSON.parse(text, (key, value: unknown) =>
      key === member && Array.isArray(value) ? change(value) : value,
    );
    return { ...response, body: Buffer.from(JSON.stringify(parsed)) };
  };
}
