import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { readCursor } from '../../src/destinations/servicepattern/cursor.ts';
import { readEvents } from '../../src/destinations/servicepattern/from-remote.ts';
import type { ServicepatternAgent } from '../simulators/servicepattern-agents.ts';
import { eventually } from '../support/eventually.ts';
import { failureOf, type ServicepatternWorld, startServicepatternWorld } from '../support/servicepattern-world.ts';

let world: ServicepatternWorld;

beforeAll(async () => void (world = await startServicepatternWorld()));
beforeEach(() => {
  world.simulator.reset();
  world.simulator.switches.postAnswers = 'only';
});
afterAll(() => world.stop());

const POLL = { method: 'GET', path: /\/events$/ };
const HISTORY = { method: 'GET', path: /\/history$/ };
/** Longer than one message takes to be sent. */
const ON_ITS_WAY_MS = 300;

/** An open chat whose first readings, of history, are done: what follows comes by poll. */
async function polling(settings: object = {}) {
  const opened = await world.open(settings);
  const { remoteId } = opened.chat;
  const polls = async () => {
    await opened.listener.readOnce();
    return world.simulator.ledger.entries().filter((entry) => entry.kind === 'poll' && entry.chatId === remoteId);
  };
  await eventually(polls, ({ length }) => length > 0);
  return { ...opened, remoteId };
}

/**
 * A reading under way that knew of no news when it began: `before` it polls, what comes about is handed out with the
 * answer to a message of ours, and `then` the rest with the poll.
 */
async function overtaken(
  { before, then }: { before: (agent: ServicepatternAgent) => void; then?: (agent: ServicepatternAgent) => void },
  settings: object = {},
) {
  const opened = await polling(settings);
  const agent = world.simulator.agent(opened.remoteId);
  world.simulator.faults.add({ match: POLL, kind: 'delay', ms: ON_ITS_WAY_MS });
  const reading = opened.listener.readOnce();
  before(agent);
  await opened.say('context');
  then?.(agent);
  return { ...opened, agent, reading };
}

/** Reads until the chat is over. */
async function readToTheEnd({ reading, listener }: Awaited<ReturnType<typeof overtaken>>) {
  await reading;
  const ends = async () => {
    if (listener.ends().length === 0) await listener.readOnce();
    return listener.ends();
  };
  await eventually(ends, ({ length }) => length > 0);
  return { texts: listener.texts(), ends: listener.ends() };
}

const writing =
  (text: string) =>
  (agent: ServicepatternAgent): void =>
    agent.write(text);

const slowlyShown =
  (text: string, afterMs: number) =>
  (agent: ServicepatternAgent): void => {
    world.simulator.slowToShowMs = afterMs;
    agent.write(text);
  };

describe('what was handed out with the answer to a message while a poll was on its way', () => {
  test('is stored before what that poll brings', async () => {
    const { listener, reading } = await overtaken({ before: writing('one'), then: writing('two') });
    await reading;
    expect(listener.texts()).toEqual(['one', 'two']);
    for (let again = 0; again < 3; again += 1) await listener.readOnce();
    expect(listener.texts()).toEqual(['one', 'two']);
  });

  test.each(['ended', 'two ended'])('is stored also when that poll says: %s', async (said) => {
    const written = await overtaken({
      before: writing('one'),
      then(agent) {
        if (said.startsWith('two')) agent.write('two');
        agent.end();
      },
    });
    const texts = said.startsWith('two') ? ['one', 'two'] : ['one'];
    expect(await readToTheEnd(written)).toEqual({ texts, ends: ['ended'] });
  });

  test('is stored also when that poll finds the chat gone', async () => {
    const written = await overtaken({ before: writing('one') });
    world.simulator.drop(written.remoteId);
    expect(await readToTheEnd(written)).toEqual({ texts: ['one'], ends: ['gone'] });
  });

  test('is stored also when history is slow to show it, and only then the chat is over', async () => {
    const written = await overtaken(
      { before: slowlyShown('one', 2 * ON_ITS_WAY_MS), then: (agent) => agent.end() },
      { settleMs: 3 * ON_ITS_WAY_MS },
    );
    expect(await readToTheEnd(written)).toEqual({ texts: ['one'], ends: ['ended'] });
  });

  test('is stored also when history fails first, and what the poll brought is not lost', async () => {
    const written = await overtaken({ before: writing('one') });
    world.simulator.faults.add({ match: HISTORY, kind: 'status', status: 500 });
    written.agent.write('two');
    written.agent.end();
    const { texts, ends } = await readToTheEnd(written);
    expect([...texts].sort()).toEqual(['one', 'two']);
    expect(ends).toEqual(['ended']);
  });

  test('says who writes: the agent it announced is no scenario', async () => {
    const { listener, reading } = await overtaken(
      { before: (agent) => agent.join(), then: writing('Hello') },
      { relayScenarioTexts: false },
    );
    await reading;
    await listener.readOnce();
    expect(listener.messages()).toMatchObject([{ text: 'Hello', author: { role: 'agent', name: 'Art M' } }]);
  });
});

test('A poll that brings nothing, or only that somebody types, looks nothing up', async () => {
  const { listener, chat, remoteId } = await polling();
  let looks = 0;
  const { updateState } = chat;
  chat.updateState = (change) => {
    looks += 1;
    return updateState(change);
  };
  await listener.readOnce();
  world.simulator.agent(remoteId).type();
  await listener.readOnce();
  expect(looks).toBe(0);
});

test('An end that waits for history is told when its time is up, though history never comes', async () => {
  const { reading, listener } = await overtaken(
    { before: writing('one'), then: (agent) => agent.end() },
    { settleMs: ON_ITS_WAY_MS },
  );
  world.simulator.faults.add({ match: HISTORY, kind: 'status', status: 500, times: Infinity });
  await reading;
  expect(listener.ends()).toEqual([]);
  const ends = async () => {
    await listener.readOnce().catch((error: unknown) => expect(error).toMatchObject({ kind: 'notSent' }));
    return listener.ends();
  };
  await eventually(ends, ({ length }) => length > 0);
});

describe('a keep-alive', () => {
  test('whose answer holds what the agent wrote costs nothing of it', async () => {
    const { listener, remoteId } = await polling({ keepAliveMs: 1 });
    world.simulator.agent(remoteId).write('one');
    for (let reading = 0; reading < 3; reading += 1) await listener.readOnce();
    expect(listener.texts()).toEqual(['one']);
  });

  test('that finds the chat over leaves it to the poll to say so, after what was said last', async () => {
    const { listener, remoteId } = await polling({ keepAliveMs: 1 });
    const agent = world.simulator.agent(remoteId);
    agent.write('last');
    agent.end();
    await listener.readOnce();
    expect(listener.texts()).toEqual(['last']);
    expect(listener.ends()).toEqual(['ended']);
  });
});

describe('where history is gone with the chat', () => {
  beforeEach(() => void (world.simulator.switches.historyAfterEnd = false));

  test('what the poll brought counts', async () => {
    const written = await overtaken({
      before: writing('one'),
      then(agent) {
        agent.write('two');
        agent.end();
      },
    });
    expect(await readToTheEnd(written)).toEqual({ texts: ['two'], ends: ['ended'] });
  });

  test('a poll that finds the chat gone fails as such', async () => {
    const { reading, remoteId } = await overtaken({ before: writing('one') });
    world.simulator.drop(remoteId);
    expect(await failureOf(reading)).toMatchObject({ kind: 'gone', code: 'chat-over' });
  });

  test('an end that waited for history is told', async () => {
    world.simulator.switches.historyAfterEnd = true;
    const { reading, listener } = await overtaken(
      { before: slowlyShown('one', 60_000), then: (agent) => agent.end() },
      { settleMs: 3 * ON_ITS_WAY_MS },
    );
    await reading;
    expect(listener.ends()).toEqual([]);
    world.simulator.switches.historyAfterEnd = false;
    await listener.readOnce();
    expect(listener.ends()).toEqual(['ended']);
  });
});

describe('without scenario texts', () => {
  const settings = { relayScenarioTexts: false };

  test('who is not known yet is judged anew by history, which announces the agent', async () => {
    const { listener, destination, chat, message, remoteId } = await polling(settings);
    const agent = world.simulator.agent(remoteId);
    agent.join();
    // Its sender is slower than the poll, and has stored nothing yet.
    const { state } = chat;
    await destination.send({ remoteId, state, updateState: async (change) => change(state) }, message('context'));
    agent.write('Hello');
    await listener.readOnce();
    expect(listener.texts()).toEqual([]);
    listener.restart();
    await listener.readOnce();
    expect(listener.messages()).toMatchObject([{ text: 'Hello', author: { role: 'agent', name: 'Art M' } }]);
  });

  test('what was said before the agent came stays the scenario’s when history is read after', async () => {
    const { listener, remoteId } = await polling(settings);
    world.simulator.agent(remoteId, { type: 'scenario' }).write('Please hold');
    await listener.readOnce();
    const agent = world.simulator.agent(remoteId);
    agent.join();
    agent.write('Hello');
    await listener.readOnce();
    listener.restart();
    for (let reading = 0; reading < 3; reading += 1) await listener.readOnce();
    expect(listener.texts()).toEqual(['Hello']);
  });

  test('what was passed over is not taken for an agent’s by a history in another order', () => {
    const hold = { event: 'chat_session_message', party_id: 'nobody-announced', msg_id: '1', msg: 'Please hold' };
    const connected = { event: 'chat_session_status', state: 'connected' };
    const given = { ...settings, askFormsAsText: false };
    const polled = readEvents([], [hold], readCursor(undefined), 'chat', given);
    expect(polled.messages).toEqual([]);
    expect(readEvents([connected, hold], [], polled.cursor, 'chat', given).messages).toEqual([]);
    const joined = { event: 'chat_session_party_joined', party_id: 'nobody-announced', display_name: 'Art' };
    const announced = readEvents([joined, hold], [], polled.cursor, 'chat', given);
    expect(announced.messages).toMatchObject([{ text: 'Please hold', author: { role: 'agent', name: 'Art' } }]);
  });
});
