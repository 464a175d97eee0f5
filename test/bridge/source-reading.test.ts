import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  conversationClosedV2,
  conversationPushedV2,
  history,
  satisfactionFilled,
  satisfactionAnswered,
  user,
  visitorUpdated,
} from '../simulators/iadvize-events.ts';
import { type BridgeWorld, conversationOf, startBridgeWorld } from '../support/bridge-world.ts';
import { eventually } from '../support/eventually.ts';

let world: BridgeWorld;
let next = 400;

beforeAll(async () => {
  world = await startBridgeWorld();
  await world.install(1, [world.thuliumDestination({ textLimit: 120 })], { clientId: 77 });
  await world.install(2, [world.thuliumDestination()], { iadvize: { restApiKey: 'a-wrong-key' } });
  await world.install(3, [world.thuliumDestination()], { iadvize: {} });
});
afterAll(() => world.stop());

/** Texts of the chat whose context names this conversation, without the context itself. */
function textsOf(conversationId: string): string[] {
  const entries = world.thulium.ledger.entries();
  const names = (text: string): boolean => text.includes(`Conversation: ${conversationId}`);
  const chat = entries.find((entry) => entry.kind === 'message' && names(entry.text))?.conversationId;
  return entries.flatMap((entry) => {
    if (entry.conversationId !== chat) return [];
    return entry.kind === 'message' ? [entry.text] : entry.kind === 'stop' ? ['(stop)'] : [];
  });
}

const until = (conversationId: string, isEnough: (texts: string[]) => boolean) =>
  eventually(() => textsOf(conversationId), isEnough);
const ended = (texts: string[]): boolean => texts.includes('(stop)');

describe('the visitor', () => {
  test('A visitor without e-mail starts a chat by name', async () => {
    const conversation = conversationOf(1, (next += 1));
    conversation.readable(world, [], { firstname: 'Bez', lastname: 'Maila', email: '' });
    await world.sender.send(conversation.started());
    await until(conversation.id, (texts) => texts.length > 0);
    const start = world.thulium.ledger.entries().find((entry) => entry.kind === 'start' && entry.client_name === 'Bez');
    expect(start).toMatchObject({ client_surname: 'Maila' });
    expect(start).not.toHaveProperty('client_email');
  });

  test.each([
    [2, 'iAdvize refused the API key'],
    [3, 'this installation has no iAdvize API key'],
  ])(
    'When installation %i cannot read the visitor, then the chat starts all the same and says why',
    async (site, why) => {
      const conversation = conversationOf(site, (next += 1));
      conversation.readable(world, []);
      await world.sender.send(conversation.started());
      const [context] = await until(conversation.id, (texts) => texts.length > 0);
      expect(context).toContain(`The visitor's details could not be read: ${why}.`);
    },
  );

  test('When REST answers "error" for a moment, then it is asked again', async () => {
    const conversation = conversationOf(1, (next += 1));
    conversation.readable(world, []);
    world.rest.failMeta(/\/visitor/, { status: 'error', message: 'Try again', times: 2 });
    await world.sender.send(conversation.started());
    const [context] = await until(conversation.id, (texts) => texts.length > 0);
    expect(context).toContain('Visitor: Ana Ruiz');
  });

  test('When REST does not answer, then a waiting visitor comes first', async () => {
    const conversation = conversationOf(1, (next += 1));
    conversation.readable(world, []);
    world.rest.faults.add({ match: { path: /\/visitor/ }, times: Infinity, kind: 'status', status: 500 });
    await world.sender.send(conversation.started());
    const texts = await until(conversation.id, (all) => all.join('').includes('could not be read'));
    world.rest.faults.clear();
    expect(texts.join('')).toContain('iAdvize did not answer');
  });
});

describe('When iAdvize asks to be left alone for a while', () => {
  const calls = () => world.rest.requests.entries();
  const moment = ({ at }: { at: string }): number => Date.parse(at);

  async function askFor(path: RegExp, headers: Record<string, string>): Promise<void> {
    world.rest.faults.add({ match: { path }, kind: 'status', status: 429, headers });
    const from = calls().length;
    await eventually(
      () => calls().slice(from),
      (entries) => entries.some(({ status }) => status === 429),
    );
  }

  /** When it asked for that, and when this installation called again, whatever for. */
  const between = (): [asked: number, next: number] => {
    const all = calls();
    const asked = all.findLastIndex(({ status }) => status === 429);
    return [moment(all[asked]!), moment(all[asked + 1]!)];
  };

  test.each([
    ['seconds', (): Record<string, string> => ({ 'Retry-After': '2' })],
    [
      'a date of a clock that is an hour behind',
      (): Record<string, string> => {
        const sentAt = Math.floor(Date.now() / 1000) * 1000 - 3_600_000;
        return { Date: new Date(sentAt).toUTCString(), 'Retry-After': new Date(sentAt + 2_000).toUTCString() };
      },
    ],
  ])('by %s, then it is not called before, and the transcript comes whole after', async (_, headers) => {
    const [conversation, another] = [conversationOf(1, (next += 1)), conversationOf(1, (next += 1))];
    for (const one of [conversation, another]) one.readable(world, history([{ from: 'visitor', text: 'hello' }]));
    for (const one of [conversation, another]) await world.sender.send(one.started());
    for (const one of [conversation, another]) await until(one.id, (texts) => texts.length > 0);
    const asking = askFor(/json-unicode/, headers());
    await world.sender.send(conversation.closed());
    await asking;
    // Another one has questions of its own meanwhile.
    await world.sender.send(another.closed());
    for (const one of [conversation, another]) {
      expect((await until(one.id, ended)).slice(-2)).toEqual(['hello', '(stop)']);
    }
    const [asked, again] = between();
    expect(again - asked).toBeGreaterThanOrEqual(2_000);
    expect(again - asked).toBeLessThan(10_000);
  });

  test('for longer than a visitor can wait, then the chat starts at once and says why it knows so little', async () => {
    // With a key of its own: the pause is that key's.
    await world.install(4, [world.thuliumDestination()], { iadvize: { restApiKey: 'another-key' } });
    const conversation = conversationOf(4, (next += 1));
    conversation.readable(world, []);
    const asking = askFor(/\/visitor/, { 'Retry-After': '60' });
    await world.sender.send(conversation.started());
    await asking;
    const sentAt = Date.now();
    const texts = await until(conversation.id, (all) => all.join('').includes('could not be read'));
    expect(texts.join('')).toContain('iAdvize did not answer');
    expect(Date.now() - sentAt).toBeLessThan(10_000);
  });
});

describe('the transcript', () => {
  test('When REST says "fail" for the conversation, then the chat is told so and ended', async () => {
    const conversation = conversationOf(1, (next += 1));
    await world.sender.send(conversation.started());
    await world.sender.send(conversation.closed());
    const texts = await until(conversation.id, ended);
    expect(texts.slice(-2)).toEqual([
      '[iAdvize] The transcript could not be read: iAdvize does not know the conversation.',
      '(stop)',
    ]);
    const shown = await world.deliveries(conversation.id);
    expect(shown.find((delivery) => delivery.kind === 'transcript')).toMatchObject({
      status: 'skipped',
      reason: 'not-found',
    });
  });

  test('When REST answers 500 for a while, then the transcript still comes, whole', async () => {
    const conversation = conversationOf(1, (next += 1));
    conversation.readable(world, history([{ from: 'visitor', text: 'hello' }]));
    world.rest.faults.add({ match: { path: /json-unicode/ }, times: 4, kind: 'status', status: 500 });
    await world.sender.send(conversation.started());
    await world.sender.send(conversation.closed());
    expect((await until(conversation.id, ended)).slice(-2)).toEqual(['hello', '(stop)']);
  });

  test('A text longer than the limit is split, not cut: the parts joined are the text', async () => {
    const conversation = conversationOf(1, (next += 1));
    const long = 'Zażółć gęślą jaźń 👩‍👩‍👧‍👦 '.repeat(30);
    conversation.readable(
      world,
      history([
        { from: 'visitor', text: long },
        { from: 'operator', text: 'ok' },
      ]),
    );
    await world.sender.send(conversation.started());
    await world.sender.send(conversation.closed());
    const texts = await until(conversation.id, ended);
    const parts = texts.slice(
      texts.findIndex((text) => text.startsWith('Zażółć')),
      -2,
    );
    expect(parts.length).toBeGreaterThan(5);
    expect(parts.join('')).toBe(long);
    expect(Math.max(...texts.map((text) => text.length))).toBeLessThanOrEqual(120);
  });

  test('An entry of an unknown type is kept as a notice', async () => {
    const conversation = conversationOf(1, (next += 1));
    conversation.readable(world, [[9, '2026-01-01 10:00:00', 'something new']]);
    await world.sender.send(conversation.started());
    await world.sender.send(conversation.closed());
    expect(await until(conversation.id, ended)).toContain('[iAdvize] (entry of type 9) something new');
  });

  test('A v2 conversation is found in the REST list by its UUID', async () => {
    const uuid = '4c8c7408-f73c-42cd-89e9-afbbee7d9024';
    const ids = { platform: 'ha', projectId: 1, conversationId: uuid, visitorExternalId: '63429889' };
    const email = 'v2@example.org';
    world.rest.setVisitor({ id: 63429889, unique_id: 'f'.repeat(45), firstname: 'Vee', lastname: 'Two', email });
    const now = new Date().toISOString();
    const createdAt = now.slice(0, 19).replace('T', ' ');
    const visitor = { visitor_uid: 'f'.repeat(45), website_id: 1, created_at: createdAt };
    world.rest.setConversation({
      id: 7777,
      ...visitor,
      xmpp_id: uuid,
      history: history([{ from: 'visitor', text: 'v2 text' }]),
    });
    await world.sender.send(conversationPushedV2({ ...ids, createdAt: now }));
    await world.sender.send(conversationClosedV2({ ...ids, createdAt: now }));
    const texts = await until(`ha-1:${uuid}`, ended);
    expect(texts[0]).toContain('Visitor: Vee Two');
    expect(texts.slice(-2)).toEqual(['v2 text', '(stop)']);
  });
});

describe('notes', () => {
  test('When the visitor changes, then open chats get one note with what changed, and none when nothing did', async () => {
    const conversation = conversationOf(1, (next += 1));
    conversation.readable(world, []);
    await world.sender.send(conversation.started({ clientId: 77 }));
    await until(conversation.id, (texts) => texts.length > 0);
    const updated = (): object => visitorUpdated({ clientId: 77, visitorId: conversation.visitorId });
    await world.sender.send(updated());
    conversation.readable(world, [], { phone: '+48 123 456 789' });
    await world.sender.send(updated());
    await world.sender.send(updated());
    await eventually(
      () => world.deliveries(conversation.id),
      (all) => all.filter((one) => one.kind === 'visitor-update' && one.status === 'delivered').length === 3,
    );
    const notes = (await until(conversation.id, (all) => all.length > 1)).filter((text) => text.includes('changed'));
    expect(notes).toEqual(["[iAdvize] The visitor's details changed. Phone: +48 123 456 789"]);
  });

  test('A satisfaction answer is a note while the chat is open, and stays on the timeline after', async () => {
    const conversation = conversationOf(1, (next += 1));
    conversation.readable(world, []);
    const ids = { platform: 'ha', websiteId: 1, conversationId: conversation.conversationId };
    await world.sender.send(conversation.started());
    await world.sender.send(satisfactionFilled({ ...ids, score: 4 }));
    await until(conversation.id, (texts) => texts.includes('[iAdvize] The visitor rated the conversation: 4'));
    await world.sender.send(conversation.closed());
    await until(conversation.id, ended);
    const comment = { platform: 'ha', projectId: 1, conversationId: String(conversation.conversationId) };
    await world.sender.send(satisfactionAnswered({ ...comment, satisfactionComment: 'merci' }));
    const note = await eventually(
      async () => (await world.deliveries(conversation.id)).at(-1),
      (last) => last?.status === 'skipped',
    );
    expect(note).toMatchObject({ kind: 'message', reason: 'chat-over' });
    expect(textsOf(conversation.id).at(-1)).toBe('(stop)');
  });

  test('When an operator changes, then the next transcript has the new name', async () => {
    world.rest.setOperator({ id: 9, pseudo: 'Marie' });
    for (const name of ['Marie', 'Maria']) {
      const conversation = conversationOf(1, (next += 1));
      conversation.readable(world, history([{ from: 'operator', text: 'hi' }]));
      world.rest.setOperator({ id: 9, pseudo: name });
      await world.sender.send(conversation.started({ clientId: 77 }));
      await world.sender.send(user('updated', { clientId: 77, userId: 9 }));
      await eventually(
        async () =>
          (await world.service.admin<{ items: { eventType: string; plannedAt: string | null }[] }>('GET', '/events'))
            .body,
        ({ items }) =>
          items.filter((event) => event.eventType === 'user.updated').every((event) => event.plannedAt !== null),
      );
      await world.sender.send(conversation.closed());
      expect(await until(conversation.id, ended)).toContain(`[Agent ${name}] hi`);
    }
  });
});
