import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { HISTORY, startXmWorld, SYNC, text, type StoredXmChat, type XmWorld } from './xm-world.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const LEAVE = { method: 'DELETE', path: /\/leave$/ };
const MEMBERS = { method: 'GET', path: /\/chats\/[0-9a-f]+$/ };

let world: XmWorld;
let chat: StoredXmChat;

beforeEach(async () => {
  world = await startXmWorld();
  await open();
});
afterEach(() => world.close());

async function open(settings: object = {}): Promise<void> {
  chat = await world.chat(settings);
  await chat.read();
}
/** Time passes until the clock is that far ahead, a reading every minute of it; what these bring. */
async function quietUntil(aheadMs: number): Promise<unknown[]> {
  const events: unknown[] = [];
  while (world.clock.aheadMs < aheadMs) {
    world.clock.aheadMs = Math.min(world.clock.aheadMs + MINUTE_MS, aheadMs);
    events.push(...(await chat.read()));
  }
  return events;
}
const ended = (reason: string) => ({ kind: 'ended', remoteId: chat.remoteId, reason });
const leaves = () => world.simulator.ledger.entries().filter(({ kind }) => kind === 'leave');

describe('The end of an XM chat', () => {
  test('12. Send: base64, agents-only never, the id of the message kept', async () => {
    const receipt = await chat.send(text('Hello, this is John'));
    const [sent] = world.simulator.ledger.entries().filter(({ kind }) => kind === 'message');
    expect(sent).toMatchObject({
      raw: 'SGVsbG8sIHRoaXMgaXMgSm9obg==',
      text: 'Hello, this is John',
      internal: false,
      messageId: receipt.remoteMessageId,
    });
  });

  test('A limit of which XM names no end is waited out for 5 s', async () => {
    const match = { method: 'POST', path: /\/messages$/ };
    world.simulator.faults.add({ match, kind: 'status', status: 429 });
    await expect(chat.send(text('hello'))).rejects.toMatchObject({ kind: 'throttled', retryAfterMs: 5_000 });
    world.simulator.faults.add({ match, kind: 'status', status: 429, headers: { 'Retry-After': '2' } });
    await expect(chat.send(text('hello'))).rejects.toMatchObject({ kind: 'throttled', retryAfterMs: 2_000 });
  });

  test('18. Chat gone: a 404 of sync ends it once', async () => {
    world.simulator.removeRoom(chat.remoteId);
    expect(await chat.read()).toEqual([ended('gone')]);
  });

  test('18. Chat gone: a 404 of the history ends it once', async () => {
    chat.store.afterGap = true;
    world.simulator.faults.add({ match: HISTORY, kind: 'status', status: 404, body: { details: 'Chat not found.' } });
    expect(await chat.read()).toEqual([ended('gone')]);
    expect(chat.requests(/\/sync$/)).toEqual([]);
  });

  test('18. Chat gone: what the last poll brought is not lost with it', async () => {
    await chat.read();
    world.simulator.agentWrites(chat.remoteId, 'never polled');
    world.simulator.behaviour.syncHandsOutOnce = true;
    world.simulator.faults.add({ match: SYNC, kind: 'accept-then-cut' });
    await expect(chat.read()).rejects.toMatchObject({ kind: 'notSent' });
    chat.store.afterGap = false;
    world.simulator.agentWrites(chat.remoteId, 'Goodbye');
    world.simulator.faults.add({ match: HISTORY, kind: 'status', status: 404 });
    expect(await chat.read()).toMatchObject([{ text: 'Goodbye' }, ended('gone')]);
  });

  test('20. Agent leaves: no text, and no end, since agents may come back', async () => {
    world.simulator.agentLeaves(chat.remoteId);
    expect(await chat.texts(2)).toEqual([]);
  });

  test('20. Agent leaves: with `endWhenAgentsLeave` the chat ends when nobody else is there', async () => {
    await open({ endWhenAgentsLeave: true });
    world.simulator.agentJoins(chat.remoteId, 'Maria');
    world.simulator.agentLeaves(chat.remoteId);
    expect(await chat.read()).toEqual([]);
    await open({ endWhenAgentsLeave: true });
    world.simulator.agentLeaves(chat.remoteId);
    expect(await chat.read()).toEqual([ended('ended')]);
  });

  test('20. Agent leaves: where guests may not see the members, who wrote and left counts', async () => {
    await open({ endWhenAgentsLeave: true });
    world.simulator.agentWrites(chat.remoteId, 'Bye');
    world.simulator.agentLeaves(chat.remoteId);
    world.simulator.faults.add({ match: MEMBERS, kind: 'status', status: 403 });
    expect(await chat.read()).toMatchObject([{ text: 'Bye' }, ended('ended')]);
  });

  test('20. Agent leaves: while XM cannot be asked, the reading is repeated', async () => {
    await open({ endWhenAgentsLeave: true });
    world.simulator.agentLeaves(chat.remoteId);
    world.simulator.faults.add({ match: MEMBERS, kind: 'status', status: 500 });
    await expect(chat.read()).rejects.toMatchObject({ kind: 'notSent' });
    expect(await chat.read()).toEqual([ended('ended')]);
  });

  test('Nobody wrote for an hour: the chat has ended, and the history was asked first', async () => {
    expect(await quietUntil(HOUR_MS - 5_000)).toEqual([]);
    world.clock.aheadMs = HOUR_MS + 1_000;
    expect(await chat.read()).toEqual([ended('inactive')]);
  });

  test('A clock that is set hours ahead ends nothing; silence after that does', async () => {
    expect(await quietUntil(HOUR_MS / 2)).toEqual([]);
    world.clock.aheadMs += 5 * HOUR_MS;
    expect(await chat.texts(3)).toEqual([]);
    expect((await quietUntil(world.clock.aheadMs + HOUR_MS)).at(-1)).toEqual(ended('inactive'));
  });

  test('An hour that ends during a poll ends nothing before the history was asked', async () => {
    await quietUntil(HOUR_MS - 5_000);
    const polling = chat.read();
    world.clock.aheadMs = HOUR_MS + 1_000;
    expect(await polling).toEqual([]);
    expect(await chat.read()).toEqual([ended('inactive')]);
  });

  test.each([
    ['an agent', () => Promise.resolve(world.simulator.agentWrites(chat.remoteId, 'still here'))],
    ['the visitor', () => chat.send(text('still here'))],
  ])('What %s writes puts that end off', async (_who, write) => {
    await quietUntil(HOUR_MS - 5_000);
    await write();
    await chat.texts(2);
    expect(await quietUntil(2 * HOUR_MS - 10_000)).toEqual([]);
    expect(await quietUntil(2 * HOUR_MS)).toEqual([ended('inactive')]);
  });

  test('A last word that no poll brought puts that end off too', async () => {
    await quietUntil(HOUR_MS - 5_000);
    world.simulator.agentWrites(chat.remoteId, 'still here');
    world.clock.aheadMs = HOUR_MS + 5_000;
    expect(await chat.texts(2)).toEqual(['still here']);
  });

  test('With `endAfterInactiveMs` 0 silence ends nothing', async () => {
    await open({ endAfterInactiveMs: 0 });
    expect(await quietUntil(2 * HOUR_MS)).toEqual([]);
  });

  test('22. Visitor closes: the room is left', async () => {
    await chat.destination.end(chat.loaded());
    expect(leaves()).toHaveLength(1);
    expect(await chat.read()).toEqual([ended('gone')]);
  });

  test.each([400, 403, 404])('22. Visitor closes: a %d ends the chat on our side all the same', async (status) => {
    world.simulator.faults.add({ match: LEAVE, kind: 'status', status, body: { details: 'No.' } });
    await chat.destination.end(chat.loaded());
    expect(leaves()).toEqual([]);
  });

  test('22. Visitor closes: twice is once, and a session that is lost is over', async () => {
    await chat.destination.end(chat.loaded());
    await chat.destination.end(chat.loaded());
    expect(leaves()).toHaveLength(1);
    world.simulator.expireTokens();
    world.simulator.forgetRefreshTokens();
    await chat.destination.end(chat.loaded());
  });

  test.each([
    [500, { kind: 'unknown' }],
    [429, { kind: 'throttled' }],
  ])('22. Visitor closes: a %d is tried again later', async (status, failure) => {
    world.simulator.faults.add({ match: LEAVE, kind: 'status', status });
    await expect(chat.destination.end(chat.loaded())).rejects.toMatchObject(failure);
  });
});
