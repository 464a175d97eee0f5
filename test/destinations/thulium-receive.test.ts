import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { later, messagesOf, startThuliumWorld, textsOf, type ThuliumWorld } from './thulium-world.ts';

let world: ThuliumWorld;

beforeEach(async () => void (world = await startThuliumWorld()));
afterEach(() => world.stop());

describe('what is new', () => {
  test('8: a chat that waits brings nothing, and is asked for as the contract says', async () => {
    const chat = await world.start();
    await world.say(chat, 'Dzień dobry, gdzie jest moja paczka?');
    expect(await world.poll([chat])).toEqual([]);
    const [list] = world.simulator.requests.entries().filter(({ path }) => path.endsWith('/chats'));
    const yesterday = new Date(Date.now() - 24 * 3_600_000).toISOString().slice(0, 10);
    expect(list?.query).toEqual({
      ...{ chat_queue_id: '3', date_from: yesterday, include_messages: 'true', include_files: 'true' },
      ...{ limit: '100', offset: '0' },
    });
  });

  test("9: an agent's answer comes once, with their name and time; the next equal poll brings nothing", async () => {
    const chat = await world.start();
    await world.say(chat, 'Dzień dobry');
    world.simulator.agentWrites(chat.remoteId, 'Już sprawdzam 🧡');
    const [answer, ...more] = await world.poll([chat]);
    expect(more).toEqual([]);
    expect(answer).toMatchObject({
      ...{ kind: 'message', remoteId: chat.remoteId, text: 'Już sprawdzam 🧡', files: [] },
      author: { role: 'agent', name: 'akowal' },
    });
    expect(Math.abs(messagesOf([answer!])[0]!.sentAt!.getTime() - Date.now())).toBeLessThan(10_000);
    expect(await world.poll([chat])).toEqual([]);
  });

  test.each([
    ['without ids', {}],
    ['with ids', { id: 'message_id' }],
    ['without ids and times', { time: undefined }],
  ])('Equal texts are delivered twice, %s', async (_what, shape) => {
    world.simulator.setShape(shape);
    const chat = await world.start();
    world.simulator.agentWrites(chat.remoteId, 'ok');
    expect(textsOf(await world.poll([chat]))).toEqual(['ok']);
    world.simulator.agentWrites(chat.remoteId, 'ok');
    world.simulator.agentWrites(chat.remoteId, 'ok');
    expect(textsOf(await world.poll([chat]))).toEqual(['ok', 'ok']);
    expect(await world.poll([chat])).toEqual([]);
  });

  test('A reading that was not stored is read again with the same keys, also after a restart', async () => {
    const chat = await world.start();
    for (const text of ['ok', 'ok', 'more']) world.simulator.agentWrites(chat.remoteId, text);
    const lost = messagesOf(await world.poll([chat], { lose: true }));
    world.reopen();
    const again = messagesOf(await world.poll([chat]));
    expect(again).toEqual(lost);
    expect(new Set(again.map(({ key }) => key)).size).toBe(3);
  });

  test('A cursor that cannot be read costs nothing but reading again, with the same keys', async () => {
    const chat = await world.start();
    world.simulator.agentWrites(chat.remoteId, 'hello');
    const first = await world.poll([chat]);
    chat.cursor = { seen: 'gone bad' };
    expect(await world.poll([chat])).toEqual(first);
  });

  test('A message that shows late is delivered, in its place', async () => {
    const chat = await world.start();
    world.simulator.slowToShowMs = 60_000;
    world.simulator.agentWrites(chat.remoteId, 'slow');
    expect(await world.poll([chat])).toEqual([]);
    world.simulator.slowToShowMs = 0;
    await later(61_000, async () => {
      world.simulator.agentWrites(chat.remoteId, 'fast');
      expect(textsOf(await world.poll([chat]))).toEqual(['slow', 'fast']);
    });
  });

  test('A long chat keeps a cursor of bounded size, and what falls out of it keeps its key', async () => {
    const chat = await world.start();
    const keys = new Set<string>();
    for (let round = 0; round < 3; round += 1) {
      for (let index = 0; index < 250; index += 1) world.simulator.agentWrites(chat.remoteId, `${round}-${index}`);
      for (const { key } of messagesOf(await world.poll([chat]))) keys.add(key);
    }
    await world.poll([chat]);
    for (const { key } of messagesOf(await world.poll([chat]))) expect(keys.has(key)).toBe(true);
    expect(keys.size).toBe(750);
    expect(JSON.stringify(chat.cursor).length).toBeLessThan(16_000);
  });
});

describe('what is not new', () => {
  test.each([
    ['emptied', '', {}],
    ['shortened', 'my secret', {}],
    ['replaced by something longer', '[this message was removed by an administrator]', {}],
    ['taken away', null, {}],
    ['emptied, where messages have ids', '', { id: 'id' }],
    ['replaced, where messages have ids', '[this message was removed by an administrator]', { id: 'id' }],
    ['emptied, where messages have no times', '', { time: undefined }],
    ['shortened, where messages have no times', 'my secret', { time: undefined }],
  ])('A message that was %s is not delivered again, and what follows it is', async (_what, left, shape) => {
    world.simulator.setShape(shape);
    const chat = await world.start();
    world.simulator.agentWrites(chat.remoteId, 'before');
    const id = world.simulator.agentWrites(chat.remoteId, 'my secret is 1234');
    world.simulator.agentWrites(chat.remoteId, 'after');
    expect(textsOf(await world.poll([chat]))).toHaveLength(3);
    world.simulator.erase(chat.remoteId, id, left);
    expect(await world.poll([chat])).toEqual([]);
    world.simulator.agentWrites(chat.remoteId, 'something new, as long as the other was');
    expect(textsOf(await world.poll([chat]))).toEqual(['something new, as long as the other was']);
    expect(await world.poll([chat])).toEqual([]);
  });

  test('What is written while another text is emptied is delivered, however short it is', async () => {
    world.simulator.setShape({ time: undefined });
    const chat = await world.start();
    const id = world.simulator.agentWrites(chat.remoteId, 'my secret is 1234');
    await world.poll([chat]);
    world.simulator.erase(chat.remoteId, id, '');
    world.simulator.agentWrites(chat.remoteId, 'ok');
    expect(textsOf(await world.poll([chat]))).toEqual(['ok']);
  });

  test('Our own texts are not heard back, also when an agent says the same', async () => {
    const chat = await world.start();
    await world.say(chat, 'ok');
    expect(await world.poll([chat])).toEqual([]);
    world.simulator.agentWrites(chat.remoteId, 'ok');
    expect(textsOf(await world.poll([chat]))).toEqual(['ok']);
  });
});

describe('who wrote it', () => {
  test('11: an author nobody has heard of is an agent', async () => {
    const chat = await world.start();
    world.simulator.writesAs('SUPERVISOR', chat.remoteId, 'Good morning');
    expect(await world.poll([chat])).toMatchObject([{ text: 'Good morning', author: { role: 'agent' } }]);
  });

  test.each([
    ['user', 'agent'],
    ['Consultant', 'agent'],
    ['chatbot', 'bot'],
    ['EXTERNAL_CHATBOT', 'bot'],
    ['System', 'system'],
  ])('The author %s is the %s', async (sentBy, role) => {
    const chat = await world.start();
    world.simulator.writesAs(sentBy, chat.remoteId, 'Hello');
    expect(await world.poll([chat])).toMatchObject([{ author: { role } }]);
  });

  test('An unknown author of a text that we sent is us, as often as we sent it, and an agent beyond', async () => {
    world.simulator.setShape({ client: 'VISITOR' });
    const chat = await world.start();
    await world.say(chat, 'ok');
    await world.say(chat, 'ok');
    expect(await world.poll([chat])).toEqual([]);
    world.simulator.writesAs('SUPERVISOR', chat.remoteId, 'ok');
    expect(textsOf(await world.poll([chat]))).toEqual(['ok']);
    await world.say(chat, 'ok');
    expect(await world.poll([chat])).toEqual([]);
    const ours = world.simulator.chats()[0]!.messages[0]!.id;
    world.simulator.erase(chat.remoteId, ours, '***');
    expect(await world.poll([chat])).toEqual([]);
  });

  test('Who writes as a chatbot does not hear itself', async () => {
    world.reopen({ externalChatbotId: '6ed7c941-2c8a-411e-95d2-338a9f64800a' });
    const chat = await world.start();
    await world.say(chat, 'Hello');
    world.simulator.writesAs('EXTERNAL_CHATBOT', chat.remoteId, 'I am another bot');
    expect(await world.poll([chat])).toMatchObject([{ text: 'I am another bot', author: { role: 'bot' } }]);
    expect(world.simulator.chats()[0]?.messages[0]?.sent_by).toBe('EXTERNAL_CHATBOT');
  });
});

describe('how it is written', () => {
  test('12: other names for text and time work as they are', async () => {
    world.simulator.setShape({ text: 'message', time: 'created_at', id: 'message_id', agent: 'agent_login' });
    const chat = await world.start();
    await world.say(chat, 'Hello');
    world.simulator.agentWrites(chat.remoteId, 'Hi', 'bnowak');
    const [answer] = messagesOf(await world.poll([chat]));
    expect(answer).toMatchObject({ text: 'Hi', author: { role: 'agent', name: 'bnowak' } });
    expect(answer?.sentAt).toBeInstanceOf(Date);
  });

  test('Names nobody has thought of are settings', async () => {
    world.simulator.setShape({ text: 'words', time: 'at', author: 'who', client: 'GUEST' });
    const fields = { messageFields: { text: ['words'], time: ['at'], author: ['who'] }, authors: { self: ['guest'] } };
    world.reopen(fields);
    const chat = await world.start();
    await world.say(chat, 'Hello');
    world.simulator.agentWrites(chat.remoteId, 'Hi');
    expect(textsOf(await world.poll([chat]))).toEqual(['Hi']);
  });

  test('Where times fall from message to message, the newest stands first', async () => {
    world.simulator.setShape({ newestFirst: true });
    const chat = await world.start();
    for (const text of ['one', 'two', 'three']) {
      world.simulator.agentWrites(chat.remoteId, text);
      const writtenAt = Date.now();
      await eventually(Date.now, (now) => now > writtenAt);
    }
    expect(textsOf(await world.poll([chat]))).toEqual(['one', 'two', 'three']);
  });
});
