import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { history } from '../simulators/iadvize-events.ts';
import { type BridgeWorld, conversationOf, startBridgeWorld } from '../support/bridge-world.ts';

let world: BridgeWorld;

beforeAll(async () => {
  world = await startBridgeWorld();
  world.rest.setOperator({ id: 9, pseudo: 'Marie' });
  await world.install(1, [world.thuliumDestination(), world.xmDestination()], { lateStartSeconds: 1 });
});
afterAll(() => world.stop());

const ofThulium = (conversationId: string) =>
  world.thulium.ledger.entries().filter((entry) => entry.conversationId === conversationId);

function startOf(email: string) {
  const start = world.thulium.ledger.entries().find((entry) => entry.kind === 'start' && entry.client_email === email);
  return start?.conversationId ?? '';
}

test('When a conversation starts and closes, then each chat system gets one chat with everything in order', async () => {
  const conversation = conversationOf(1, 100);
  conversation.readable(world, [
    ...history([
      { from: 'page', text: 'https://shop.example/p/1' },
      { from: 'visitor', text: 'Dzień dobry, gdzie jest moja paczka? 📦' },
      { from: 'operator', text: 'Bonjour, je regarde.' },
      { from: 'visitor', text: 'ok' },
      { from: 'visitor', text: 'ok' },
      { from: 'notice', text: 'OPERATOR_CHAT_CLOSE' },
    ]),
  ]);
  await world.sender.send(conversation.started());
  await world.thulium.ledger.waitFor((entries) => entries.some((entry) => entry.kind === 'message'));
  await world.sender.send(conversation.closed());
  await world.thulium.ledger.waitFor((entries) => entries.some((entry) => entry.kind === 'stop'));
  await world.xm.ledger.waitFor((entries) => entries.some((entry) => entry.kind === 'leave'));

  const [start, context, ...rest] = ofThulium(startOf('ana100@example.org'));
  expect(start).toMatchObject({ chat_queue_id: 3, client_name: 'Ana', client_surname: 'Ruiz' });
  expect(context).toMatchObject({ kind: 'message', text: expect.stringContaining('Visitor: Ana Ruiz') });
  expect(context).toMatchObject({ text: expect.stringMatching(/Agent: Marie\nChannel: chat\nConversation: ha-1:100/) });
  expect(rest.map((entry) => (entry.kind === 'message' ? entry.text : entry.kind))).toEqual([
    '[iAdvize] Visited https://shop.example/p/1',
    'Dzień dobry, gdzie jest moja paczka? 📦',
    '[Agent Marie] Bonjour, je regarde.',
    'ok',
    'ok',
    '[iAdvize] The agent closed the conversation.',
    'stop',
  ]);

  const [guest, ...said] = world.xm.ledger.entries();
  expect(guest).toMatchObject({ kind: 'guest', name: 'Ana Ruiz', email: 'ana100@example.org', departmentId: 1 });
  // XM's start carries the first message: the context is said once, not twice.
  expect(guest).toMatchObject({ message: expect.stringContaining('Conversation: ha-1:100') });
  expect(said.map((entry) => (entry.kind === 'message' ? entry.text : entry.kind))).toEqual([
    '[iAdvize] Visited https://shop.example/p/1',
    'Dzień dobry, gdzie jest moja paczka? 📦',
    '[Agent Marie] Bonjour, je regarde.',
    'ok',
    'ok',
    '[iAdvize] The agent closed the conversation.',
    'leave',
  ]);
});

test('A second push of the same conversation is a transfer: a notice, not a second chat', async () => {
  const conversation = conversationOf(1, 101);
  conversation.readable(world, []);
  world.rest.setOperator({ id: 10, pseudo: 'Paul' });
  await world.sender.send(conversation.started());
  await world.sender.send(conversation.started({ operatorId: 10 }));
  await world.thulium.ledger.waitFor((entries) =>
    entries.some((entry) => entry.kind === 'message' && entry.text.includes('transferred')),
  );
  const chat = ofThulium(startOf('ana101@example.org'));
  expect(chat.map((entry) => entry.kind)).toEqual(['start', 'message', 'message']);
  expect(chat.at(-1)).toMatchObject({ text: '[iAdvize] The conversation was transferred to Paul.' });
});

test('A close that overtakes its start waits for it', async () => {
  const conversation = conversationOf(1, 102);
  conversation.readable(world, history([{ from: 'visitor', text: 'first words' }]));
  await world.sender.send(conversation.closed());
  await world.sender.send(conversation.started());
  await world.thulium.ledger.waitFor((entries) => {
    const id = startOf('ana102@example.org');
    return entries.some((entry) => entry.kind === 'stop' && entry.conversationId === id);
  });
  const chat = ofThulium(startOf('ana102@example.org'));
  expect(chat.map((entry) => (entry.kind === 'message' ? entry.text : entry.kind))).toEqual([
    'start',
    expect.not.stringContaining('never announced'),
    'first words',
    'stop',
  ]);
});

test('A close whose start never comes is carried over whole after the wait, with the gap marked', async () => {
  const conversation = conversationOf(1, 103);
  conversation.readable(world, history([{ from: 'visitor', text: 'I was here' }]));
  const sentAt = Date.now();
  await world.sender.send(conversation.closed());
  await world.thulium.ledger.waitFor((entries) => {
    const id = startOf('ana103@example.org');
    return entries.some((entry) => entry.kind === 'stop' && entry.conversationId === id);
  });
  expect(Date.now() - sentAt).toBeGreaterThanOrEqual(1_000);
  const chat = ofThulium(startOf('ana103@example.org'));
  expect(chat[1]).toMatchObject({ text: expect.stringContaining('Its start was never announced') });
  expect(chat.at(-2)).toMatchObject({ text: 'I was here' });

  // The start arrives after all: its chat is there already.
  await world.sender.send(conversation.started());
  await world.sender.send(conversationOf(1, 104).started());
  await world.thulium.ledger.waitFor((entries) =>
    entries.some((e) => e.kind === 'start' && e.client_surname === 'ha-1:104'),
  );
  expect(ofThulium(startOf('ana103@example.org'))).toHaveLength(chat.length);
});

test('When the same webhook comes again, also at the same time, then nothing is said twice', async () => {
  const conversation = conversationOf(1, 105);
  conversation.readable(world, history([{ from: 'visitor', text: 'once' }]));
  const [started, closed] = [conversation.started(), conversation.closed()];
  await Promise.all(Array.from({ length: 5 }, () => world.sender.send(started)));
  await Promise.all(Array.from({ length: 5 }, () => world.sender.send(closed)));
  const id = () => startOf('ana105@example.org');
  await world.thulium.ledger.waitFor((entries) =>
    entries.some((entry) => entry.kind === 'stop' && entry.conversationId === id()),
  );
  expect(ofThulium(id()).map((entry) => entry.kind)).toEqual(['start', 'message', 'message', 'stop']);
  expect(world.xm.rooms().filter((room) => room.guest.email === 'ana105@example.org')).toHaveLength(1);
});
