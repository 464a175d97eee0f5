import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { WireEvent } from '../simulators/servicepattern-effects.ts';
import { failureOf, type ServicepatternWorld, startServicepatternWorld } from '../support/servicepattern-world.ts';

let world: ServicepatternWorld;

beforeAll(async () => void (world = await startServicepatternWorld()));
beforeEach(() => world.simulator.reset());
afterAll(() => world.stop());

const AGENT = 'A1B2C3D4-0001-4000-8000-000000000002';

/** An open chat whose first reading, of history, is done: what follows comes by poll. */
async function polled(settings: object = {}) {
  const opened = await world.open(settings);
  // History, history once more, and the poll that says "queued".
  for (let reading = 0; reading < 3; reading += 1) await opened.listener.readOnce();
  const { remoteId } = opened.chat;
  return {
    ...opened,
    remoteId,
    emit: (event: WireEvent) => world.simulator.emit(remoteId, { ...event }),
  };
}

const effectsOf = (chatId: string) =>
  world.simulator.ledger.entries().filter((entry) => 'chatId' in entry && entry.chatId === chatId);

describe.each(['v1', 'v2'])('§9 with %s', (apiVersion) => {
  test.each(['list', 'nothing', 'code'] as const)(
    '7. Empty poll, answered with %s: nothing, and again at once',
    async (emptyPoll) => {
      const { listener } = await polled({ apiVersion });
      world.simulator.switches.emptyPoll = emptyPoll;
      expect(await listener.readOnce()).toMatchObject({ events: [], pauseMs: 0 });
    },
  );

  test.each([true, false])(
    '9. Queue and bot: the text comes when scenario texts are on (%s)',
    async (relayScenarioTexts) => {
      const { listener, emit } = await polled({ apiVersion, relayScenarioTexts });
      const party = { party_id: 'A1B2C3D4-0001-4000-8000-000000000001', timestamp: '1614718748' };
      emit({ event: 'chat_session_status', state: 'queued', ewt: '' });
      emit({ event: 'chat_session_message', channel: 'web', msg_id: '0', msg: 'Please hold', ...party });
      await listener.readOnce();
      const wanted = { author: { role: 'bot' }, text: 'Please hold', sentAt: new Date(1_614_718_748_000) };
      expect(listener.events).toMatchObject(relayScenarioTexts ? [wanted] : []);
    },
  );

  test('10. Agent joins and writes: the two-line text once, under the name', async () => {
    const { listener, emit } = await polled({ apiVersion });
    const about = { party_id: AGENT, msg_id: '2', timestamp: '1614718755' };
    const names = { first_name: 'Art', last_name: 'M', display_name: 'Art M', type: 'internal' };
    emit({ event: 'chat_session_status', state: 'connected', ewt: '' });
    emit({ event: 'chat_session_party_joined', party_id: AGENT, ...names, timestamp: '1614718750' });
    const texts = { msg: 'Hello<br>how can I help?', msg_text: 'Hello\nhow can I help?' };
    emit({ event: 'chat_session_message', ...about, ...texts });
    await listener.readOnce();
    listener.restart();
    await listener.readOnce();
    expect(listener.messages()).toMatchObject([
      { author: { role: 'agent', name: 'Art M' }, text: 'Hello\nhow can I help?', files: [] },
    ]);
  });

  test('15. Typing is no text', async () => {
    const { listener, remoteId } = await polled({ apiVersion });
    world.simulator.agent(remoteId).type();
    await listener.readOnce();
    expect(listener.events).toEqual([]);
  });

  test('16. Agent file: named, and fetched with the same authorization', async () => {
    const { listener, remoteId, chat, destination } = await polled({ apiVersion });
    const bytes = Buffer.from([0, 255, 13, 10, 7]);
    world.simulator.agent(remoteId).sendFile('quote.pdf', bytes);
    await listener.readOnce();
    const [message] = listener.messages();
    expect(message).toMatchObject({ text: '', files: [{ name: 'quote.pdf' }] });
    const [file] = message!.files;
    const fetched = await destination.receiver!.fetchFile(chat, file!, bytes.length);
    expect(fetched).toEqual({ bytes, contentType: 'application/pdf' });
    const tooLong = destination.receiver!.fetchFile(chat, file!, bytes.length - 1);
    expect(await failureOf(tooLong)).toMatchObject({ kind: 'refused', code: 'request-refused' });
    world.simulator.switches.filesElsewhere = true;
    expect((await destination.receiver!.fetchFile(chat, file!, 100)).bytes).toEqual(bytes);
    const unknown = destination.receiver!.fetchFile(chat, { id: '../nothing', name: 'x' }, 100);
    expect(await failureOf(unknown)).toMatchObject({ kind: 'refused', code: 'request-refused' });
  });

  test.each(['chat_session_inactivity_timeout', 'chat_session_inactvity_timeout'])(
    '18. Timeout warning, then %s: both texts, and one end',
    async (event) => {
      const { listener, emit } = await polled({ apiVersion });
      emit({ event: 'chat_session_timeout_warning', msg: 'Are you there?', timestamp: 1614718800000 });
      emit({ event, msg: 'Goodbye', timestamp: 1614718900 });
      emit({ event: 'chat_session_ended' });
      await listener.readOnce();
      expect(listener.texts()).toEqual(['Are you there?', 'Goodbye']);
      expect(listener.events.at(-1)).toMatchObject({ kind: 'ended', reason: 'inactive' });
      expect(listener.ends()).toHaveLength(1);
      expect(listener.messages().map(({ author, sentAt }) => [author.role, sentAt?.getTime()])).toEqual([
        ['system', 1_614_718_800_000],
        ['system', 1_614_718_900_000],
      ]);
    },
  );

  test('19. Agent ends: one end; the chat is gone for who still polls', async () => {
    const { listener, remoteId } = await polled({ apiVersion });
    world.simulator.agent(remoteId).end();
    await listener.readOnce();
    expect(listener.ends()).toEqual(['ended']);
    expect(await failureOf(listener.readOnce())).toMatchObject({ kind: 'gone', code: 'chat-over' });
  });

  test.each([
    ['failed', 'failed'],
    ['completed', 'ended'],
  ])('20. Status %s is an end', async (state, reason) => {
    const { listener, emit } = await polled({ apiVersion });
    emit({ event: 'chat_session_status', state });
    await listener.readOnce();
    expect(listener.ends()).toEqual([reason]);
  });

  test('21. Visitor ends: a later poll and history are gone', async () => {
    const { listener, destination, chat } = await polled({ apiVersion });
    await destination.end(chat);
    expect(await failureOf(listener.readOnce())).toMatchObject({ kind: 'gone' });
    world.simulator.switches.historyAfterEnd = false;
    listener.restart();
    expect(await failureOf(listener.readOnce())).toMatchObject({ kind: 'gone' });
  });

  test('23. Transfer: the conversation goes on with the other agent', async () => {
    const { listener, remoteId } = await polled({ apiVersion });
    const [one, two] = ['One', 'Two'].map((firstName) => world.simulator.agent(remoteId, { firstName }));
    one!.join();
    one!.write('I hand you over');
    one!.leave();
    two!.join();
    two!.write('Here I am');
    await listener.readUntil(() => listener.texts().length === 2);
    expect(listener.ends()).toEqual([]);
    expect(listener.messages().map(({ author }) => author.name)).toEqual(['One M', 'Two M']);
  });

  test('24. Unknown events and broken ones cost nobody else', async () => {
    const { listener, emit, remoteId } = await polled({ apiVersion });
    const agent = world.simulator.agent(remoteId);
    agent.write('one');
    emit({ event: 'chat_session_xyz' });
    world.simulator.emit(remoteId, { event: 7 as unknown as string });
    world.simulator.emit(remoteId, null as never);
    emit({ event: 'chat_session_file', party_id: { deep: true }, file_id: [1] });
    agent.write('two');
    await listener.readOnce();
    expect(listener.texts()).toEqual(['one', 'two']);
  });

  test.each([7, 'seven'])('27. Free-text form %j: the next visitor text is its answer too, once', async (id) => {
    const { listener, remoteId, say } = await polled({ apiVersion });
    world.simulator.showForm(remoteId, { id });
    await listener.readOnce();
    await say('[iAdvize] a note', { author: 'notice' });
    await say('order 12', { author: 'visitor' });
    await say('thanks', { author: 'visitor' });
    listener.restart();
    await listener.readOnce();
    await say('bye', { author: 'visitor' });
    const effects = effectsOf(remoteId).filter(({ kind }) => kind === 'form' || kind === 'message');
    expect(effects).toMatchObject([
      { kind: 'message', text: '[iAdvize] a note' },
      { kind: 'form', formId: id, formName: '', data: { text: 'order 12' } },
      { kind: 'message', text: 'order 12' },
      { kind: 'message', text: 'thanks' },
      { kind: 'message', text: 'bye' },
    ]);
  });
});

describe('§9 13. events in the answer to a message', () => {
  test.each(['copy', 'only'] as const)(
    'are relayed once, whether the next poll says them too (%s) or not',
    async (postAnswers) => {
      const { listener, remoteId, say } = await polled();
      world.simulator.switches.postAnswers = postAnswers;
      world.simulator.agent(remoteId).write('just now');
      await say('hello');
      for (let reading = 0; reading < 4; reading += 1) await listener.readOnce();
      expect(listener.texts()).toEqual(['just now']);
    },
  );
});

describe('a named form', () => {
  test('is passed over', async () => {
    const { listener, remoteId, say } = await polled();
    world.simulator.showForm(remoteId, { id: 1, name: 'Survey' });
    await listener.readOnce();
    await say('hello');
    expect(listener.events).toEqual([]);
    expect(effectsOf(remoteId).some(({ kind }) => kind === 'form')).toBe(false);
  });

  test('is asked as text where the settings say so', async () => {
    const { listener, remoteId, say } = await polled({ askFormsAsText: true, relayScenarioTexts: false });
    world.simulator.showForm(remoteId, { id: 1, name: 'Your order number?' });
    await listener.readOnce();
    await say('12');
    expect(listener.texts()).toEqual(['Your order number?']);
    expect(effectsOf(remoteId)).toContainEqual(
      expect.objectContaining({ kind: 'form', formName: 'Your order number?' }),
    );
  });

  test('whose answer is lost is not answered twice, and the text goes all the same', async () => {
    const { listener, remoteId, say } = await polled();
    world.simulator.showForm(remoteId, { id: 1 });
    await listener.readOnce();
    world.simulator.faults.add({ match: { method: 'POST', path: /\/events$/ }, kind: 'accept-then-cut' });
    await say('12');
    expect(effectsOf(remoteId).filter(({ kind }) => kind === 'form')).toHaveLength(1);
    expect(effectsOf(remoteId).filter(({ kind }) => kind === 'message')).toMatchObject([{ text: '12' }]);
  });
});

describe('what is ours', () => {
  test('never comes back: in history, as an echo, with or without a party', async () => {
    const { listener, remoteId, say, emit, chat } = await polled();
    await say('my own words');
    await say('photo', { file: { name: 'p.jpg', contentType: 'image/jpeg', read: async () => Buffer.from('x') } });
    emit({ event: 'chat_session_message', party_id: remoteId.toUpperCase(), msg_id: '9', msg: 'my own words' });
    emit({ event: 'chat_session_message', msg_id: `${chat.remoteId}:1`, msg: 'mine too' });
    emit({ event: 'chat_session_file', session_id: remoteId, msg_id: '', file_id: 'f', file_name: 'p.jpg' });
    await listener.readOnce();
    listener.restart();
    await listener.readOnce();
    expect(listener.events).toEqual([]);
  });
});

describe('what somebody says twice', () => {
  test('is two messages: ids are small counters and repeat', async () => {
    const { listener, remoteId } = await polled();
    const agent = world.simulator.agent(remoteId);
    agent.write('ok');
    agent.write('ok');
    agent.write('ok', { msg_id: '0', party_id: 'another' });
    await listener.readUntil(() => listener.texts().length === 3);
    listener.restart();
    await listener.readOnce();
    expect(listener.texts()).toEqual(['ok', 'ok', 'ok']);
    expect(new Set(listener.messages().map(({ key }) => key)).size).toBe(3);
  });

  test('has the same key in whatever unit its time is', async () => {
    const { listener, emit } = await polled();
    const about = { event: 'chat_session_message', party_id: AGENT, msg_id: '2', msg: 'hi' };
    emit({ ...about, timestamp: '1614718755' });
    emit({ ...about, timestamp: 1614718755123 });
    await listener.readOnce();
    expect(listener.texts()).toEqual(['hi']);
  });
});
