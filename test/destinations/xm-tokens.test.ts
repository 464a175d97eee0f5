import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startXmWorld, text, TOKEN, type StoredXmChat, type XmWorld } from './xm-world.ts';

let world: XmWorld;
let chat: StoredXmChat;

beforeEach(async () => {
  world = await startXmWorld();
  chat = await world.chat();
});
afterEach(() => world.close());

interface State {
  accessToken: string;
  refreshToken: string;
  refreshSecret?: string;
}
const state = () => chat.store.state as State;
const refreshes = () => world.simulator.refreshes.entries().map(({ repeated }) => repeated);
const tokenCalls = () => chat.requests(/\/oauth2\/token$/);
const said = () => world.simulator.ledger.entries().flatMap((entry) => (entry.kind === 'message' ? [entry.text] : []));

describe('XM tokens', () => {
  test.each([
    [true, 201, ['hello']],
    [false, 401, []],
  ])('The older header goes along where the settings say so (%s)', async (sendLegacyAuthHeader, status, texts) => {
    world.simulator.behaviour.knowsLegacyHeaderOnly = true;
    const old = await world.chat({ sendLegacyAuthHeader });
    await Promise.allSettled([old.send(text('hello'))]);
    expect(said()).toEqual(texts);
    expect(old.requests(/\/messages$/).at(-1)?.status).toBe(status);
  });

  test('14. Expired token: refreshed once, stored, and the call repeated', async () => {
    const before = state();
    world.simulator.expireTokens();
    await chat.send(text('hello'));
    expect(said()).toEqual(['hello']);
    expect(refreshes()).toEqual([false]);
    expect(state().refreshToken).not.toBe(before.refreshToken);
    expect(state()).not.toHaveProperty('refreshSecret');
    await chat.send(text('again'));
    expect(refreshes()).toHaveLength(1);
  });

  test('14. Expired token: two calls failing together make exactly one refresh', async () => {
    world.simulator.expireTokens();
    world.simulator.faults.add({ match: TOKEN, kind: 'delay-after', ms: 50 });
    await Promise.all([chat.send(text('sender')), chat.read(), chat.findSent(text('look'))]);
    expect(refreshes()).toEqual([false]);
    expect(tokenCalls()).toHaveLength(1);
    expect(said()).toEqual(['sender']);
  });

  test('14. Expired token: another process that joins in repeats the secret, and rotates nothing more', async () => {
    const secret = 'aB3dE6gH9j';
    world.simulator.expireTokens();
    // The other process wrote its secret down, and is waiting for the answer now.
    const { refreshToken } = state();
    chat.store.state = { ...state(), refreshSecret: secret };
    const form = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken, secret });
    const [theirs] = await Promise.all([
      fetch(`${world.simulator.url}/oauth2/token`, { method: 'POST', body: form }),
      chat.send(text('joined')),
    ]);
    expect(refreshes().toSorted()).toEqual([false, true]);
    expect(await theirs.json()).toEqual({ access_token: state().accessToken, refresh_token: state().refreshToken });
    expect(said()).toEqual(['joined']);
  });

  test('A pair that another process rotated meanwhile is used, not rotated again', async () => {
    const stale = chat.loaded();
    world.simulator.expireTokens();
    await chat.send(text('first'));
    await chat.destination.send(stale, text('second'));
    expect(refreshes()).toEqual([false]);
    expect(said()).toEqual(['first', 'second']);
  });

  test('A crash between rotation and store recovers by the same secret', async () => {
    world.simulator.expireTokens();
    const crashing = chat.loaded();
    const dying = {
      ...crashing,
      // The first change writes the secret; the process dies before the second one, which would store the pair.
      updateState: (change: (stored: unknown) => unknown) =>
        chat.store.updates === 0 ? crashing.updateState(change) : Promise.reject(new Error('killed')),
    };
    await expect(chat.destination.send(dying, text('lost'))).rejects.toThrow('killed');
    expect(state().refreshSecret).toMatch(/^[A-Za-z0-9]{10}$/);
    await chat.send(text('after'));
    expect(refreshes()).toEqual([false, true]);
    expect(state()).not.toHaveProperty('refreshSecret');
    expect(said()).toEqual(['after']);
  });

  test('Who joined a refresh that its owner had to give up makes one of its own', async () => {
    world.clock.aheadMs = (1_800 - 59) * 1_000;
    const loaded = chat.loaded();
    const takenOver = async (): Promise<never> => {
      await nextTurn();
      throw new Error('the lane was taken over');
    };
    const owner = chat.destination.send({ ...loaded, updateState: takenOver }, text('given up'));
    const joined = chat.send(text('joined'));
    await expect(owner).rejects.toThrow('taken over');
    await joined;
    expect(said()).toEqual(['joined']);
    expect(refreshes()).toEqual([false]);
  });

  test('A lost answer to a refresh is asked for again with the same secret', async () => {
    world.simulator.expireTokens();
    world.simulator.faults.add({ match: TOKEN, kind: 'accept-then-cut' });
    await expect(chat.send(text('one'))).rejects.toMatchObject({ kind: 'notSent' });
    await chat.send(text('one'));
    expect(refreshes()).toEqual([false, true]);
  });

  test('A token is renewed 60 s before its end, not earlier, and no call fails for it', async () => {
    world.clock.aheadMs = (1_800 - 65) * 1_000;
    await chat.send(text('early'));
    expect(refreshes()).toEqual([]);
    world.clock.aheadMs = (1_800 - 59) * 1_000;
    await chat.send(text('in time'));
    expect(refreshes()).toEqual([false]);
    expect(chat.requests(/\/messages$/).map(({ status }) => status)).toEqual([201, 201]);
  });

  test.each([-7_200_000, 7_200_000])('With a clock that is %d ms off, tokens are renewed no more often', async (ms) => {
    world.simulator.clockSkewMs = ms;
    chat = await world.chat();
    await chat.send(text('one'));
    await chat.send(text('two'));
    expect(refreshes()).toEqual([]);
  });

  test('A server that does not know the secret is asked once without it', async () => {
    world.simulator.expireTokens();
    world.simulator.faults.add({ match: TOKEN, kind: 'status', status: 400 });
    await chat.send(text('hello'));
    expect(tokenCalls().map(({ status }) => status)).toEqual([400, 200]);
    expect(said()).toEqual(['hello']);
  });

  test('16. Refresh token gone: asked twice, then the chat has ended', async () => {
    world.simulator.expireTokens();
    world.simulator.forgetRefreshTokens();
    expect(await chat.read()).toEqual([{ kind: 'ended', remoteId: chat.remoteId, reason: 'gone' }]);
    expect(tokenCalls().map(({ status }) => status)).toEqual([404, 404]);
    await expect(chat.send(text('late'))).rejects.toMatchObject({ kind: 'gone', code: 'session-lost' });
  });

  test.each([
    ['is in trouble', { status: 500 }, 'notSent'],
    ['wants a pause', { status: 429 }, 'throttled'],
  ])('A refresh while XM %s loses nothing', async (_what, answer, kind) => {
    world.simulator.expireTokens();
    world.simulator.faults.add({ match: TOKEN, kind: 'status', ...answer });
    await expect(chat.send(text('one'))).rejects.toMatchObject({ kind });
    await chat.send(text('one'));
    expect(said()).toEqual(['one']);
  });
});
