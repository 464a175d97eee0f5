import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import {
  conversationClosedV2,
  conversationPushedV2,
  history,
  satisfactionFilled,
  visitorUpdated,
} from '../simulators/iadvize-events.ts';
import { type BridgeWorld, conversationOf, startBridgeWorld, THULIUM_LOGIN } from '../support/bridge-world.ts';
import { eventually } from '../support/eventually.ts';

const STOP = { method: 'POST', path: /\/stop$/ };
const START = { method: 'POST', path: /\/start$/ };
/** Far longer than a lane that waits for nobody needs. */
const HANGS_MS = 6_000;
const MESSAGE = { method: 'POST', path: /\/message$/ };

let world: BridgeWorld;
let next = 600;

beforeAll(async () => {
  world = await startBridgeWorld();
  await world.install(1, [world.thuliumDestination()], { clientId: 5 });
  await world.install(2, [world.xmDestination()]);
});
afterEach(() => {
  world.thulium.faults.clear();
  world.thulium.setPassword(THULIUM_LOGIN.apiPassword);
});
afterAll(() => world.stop());

function conversation(texts: string[], visitor: object = {}) {
  const one = conversationOf(1, (next += 1));
  one.readable(world, history(texts.map((text) => ({ from: 'visitor' as const, text }))), visitor);
  return one;
}

/** What was said in the chat of that e-mail, without the context message. */
function said(conversationId: number): string[] {
  const entries = world.thulium.ledger.entries();
  const email = `ana${conversationId}@example.org`;
  const start = entries.find((entry) => entry.kind === 'start' && entry.client_email === email);
  const own = entries.filter((entry) => entry.conversationId === (start?.conversationId ?? '')).slice(2);
  return own.map((entry) => (entry.kind === 'message' ? entry.text : entry.kind));
}

const whole = (conversationId: number) =>
  eventually(
    () => said(conversationId),
    (texts) => texts.includes('stop'),
  );

async function converse(texts: string[], visitor: object = {}) {
  const one = conversation(texts, visitor);
  await world.sender.send(one.started());
  await world.sender.send(one.closed());
  return one;
}

test('An end that fails is tried again by the back-off, not in a storm', async () => {
  world.thulium.faults.add({ match: STOP, times: 5, kind: 'status', status: 500 });
  const one = await converse(['bye']);
  expect(await whole(one.conversationId)).toEqual(['bye', 'stop']);
  const end = await eventually(
    async () => (await world.deliveries(one.id)).find((delivery) => delivery.kind === 'end'),
    (delivery) => delivery?.status === 'delivered',
  );
  expect(end?.attempts).toBe(6);
});

describe('text that no database can hold', () => {
  test('Half an emoji in the history does not hold the rest up', async () => {
    const one = await converse(['cut \ud83d', 'next']);
    expect(await whole(one.conversationId)).toEqual(['cut \ufffd', 'next', 'stop']);
  });

  test('NUL in a name or a comment does not hold anything up', async () => {
    const one = await converse(['hello'], { firstname: 'A\0na' });
    expect(await whole(one.conversationId)).toEqual(['hello', 'stop']);
    expect(world.thulium.ledger.entries()).toContainEqual(
      expect.objectContaining({
        kind: 'start',
        client_name: 'Ana',
        client_email: `ana${one.conversationId}@example.org`,
      }),
    );
  });

  test('A blank line is not sent', async () => {
    const one = await converse(['hello', '   ', 'there']);
    expect(await whole(one.conversationId)).toEqual(['hello', 'there', 'stop']);
  });
});

test('Two texts that a chat system cannot tell apart are two messages', async () => {
  let seen = 0;
  const second = ({ path }: { path: string }): boolean => path.endsWith('/message') && (seen += 1) === 3;
  world.thulium.faults.add({ match: second, kind: 'cut-before' });
  const one = await converse(['ok', 'ok ', 'bye']);
  expect(await whole(one.conversationId)).toEqual(['ok', 'ok ', 'bye', 'stop']);
});

test('A doubtful start does not adopt a chat in which somebody else talks', async () => {
  const base = world.thulium.url;
  const authorization = `Basic ${Buffer.from('api_user:canary-api-pass').toString('base64')}`;
  const email = `ana${next + 1}@example.org`;
  const post = async (path: string, body = ''): Promise<{ conversation_id?: string }> => {
    const headers = { authorization, 'content-type': 'application/json' };
    const text = await (await fetch(`${base}/${path}`, { method: 'POST', headers, body })).text();
    return text === '' ? {} : (JSON.parse(text) as { conversation_id?: string });
  };
  // The same person, in a chat of her own on the client's site.
  const own = await post(`chat_conversations/start?chat_queue_id=3&client_email=${encodeURIComponent(email)}`);
  await post(`chat_conversations/${own.conversation_id}/message`, JSON.stringify({ text: 'mine' }));
  world.thulium.faults.add({ match: START, kind: 'accept-then-cut' });
  const one = await converse(['for the connector']);
  await world.thulium.ledger.waitFor((entries) =>
    entries.some((e) => e.kind === 'message' && e.text === 'for the connector'),
  );
  const starts = world.thulium.ledger
    .entries()
    .filter((entry) => entry.kind === 'start' && entry.client_email === email);
  expect(starts).toHaveLength(2);
  const inOwn = world.thulium.ledger.entries().filter((entry) => entry.conversationId === own.conversation_id);
  expect(inOwn.map((entry) => entry.kind)).toEqual(['start', 'message']);
  expect(one.conversationId).toBe(next);
});

test('When the settings are corrected, then what was parked because of them goes on by itself', async () => {
  world.thulium.setPassword('another');
  const one = await converse(['after the correction']);
  await eventually(
    () => world.deliveries(one.id),
    (all) => all.some((delivery) => delivery.reason === 'credentials-refused'),
  );
  const destinations = [world.thuliumDestination({ apiPassword: 'another' })];
  const body = { label: 'Shop 1', iadvize: {}, destinations, clientId: 5 };
  expect((await world.service.admin('PUT', '/installations/ha-1', body)).status).toBe(200);
  expect(await whole(one.conversationId)).toEqual(['after the correction', 'stop']);
  const back = { ...body, destinations: [world.thuliumDestination()] };
  expect((await world.service.admin('PUT', '/installations/ha-1', back)).status).toBe(200);
});

test('Lanes of a chat system that hangs keep no other waiting', async () => {
  await world.install(3, [world.thuliumDestination({ sendTimeoutMs: 2 * HANGS_MS })]);
  world.thulium.faults.add({ match: START, times: Infinity, kind: 'delay', ms: HANGS_MS });
  for (let index = 0; index < 40; index += 1) {
    const hanging = conversationOf(3, (next += 1));
    hanging.readable(world, []);
    await world.sender.send(hanging.started());
  }
  const other = conversationOf(2, (next += 1));
  other.readable(world, []);
  const sentAt = Date.now();
  await world.sender.send(other.started());
  await world.xm.ledger.waitFor((entries) =>
    entries.some((e) => e.kind === 'guest' && e.email.includes(String(other.conversationId))),
  );
  expect(Date.now() - sentAt).toBeLessThan(HANGS_MS);
  world.thulium.faults.clear();
});

test('A start that was retried after its own transfer does not bring the old agent back', async () => {
  world.rest.setOperator({ id: 8, pseudo: 'Paul' });
  const one = conversation([]);
  const at = (second: number): object => ({ createdAt: `2026-01-01T10:00:0${second}.000Z` });
  await world.sender.send(one.started({ operatorId: 8, ...at(5) }));
  await world.sender.send(one.started({ operatorId: 7, ...at(1) }));
  const notices = await eventually(
    () => said(one.conversationId),
    (texts) => texts.length > 0,
  );
  expect(notices).toEqual(['[iAdvize] The conversation was transferred to Paul.']);
});

test('A satisfaction answer that overtakes the start still becomes a note', async () => {
  const one = conversation([]);
  await world.sender.send(
    satisfactionFilled({ platform: 'ha', websiteId: 1, conversationId: one.conversationId, score: 5 }),
  );
  await world.sender.send(one.started());
  await eventually(
    () => said(one.conversationId),
    (texts) => texts.includes('[iAdvize] The visitor rated the conversation: 5'),
  );
});

test('visitor.updated reaches a v2 conversation, whose events name the visitor otherwise', async () => {
  const uniqueId = 'd'.repeat(45);
  const ids = {
    platform: 'ha',
    projectId: 1,
    conversationId: '11111111-2222-4333-8444-555555555555',
    visitorExternalId: '9001',
  };
  const person = { id: 9001, unique_id: uniqueId, firstname: 'Vee', email: 'ana9001@example.org' };
  world.rest.setVisitor(person);
  await world.sender.send(conversationPushedV2(ids));
  await world.thulium.ledger.waitFor((entries) =>
    entries.some((e) => e.kind === 'start' && e.client_email === person.email),
  );
  world.rest.setVisitor({ ...person, phone: '+33 1 23' });
  await world.sender.send(visitorUpdated({ clientId: 5, visitorId: uniqueId }));
  await eventually(
    () => said(9001),
    (texts) => texts.includes("[iAdvize] The visitor's details changed. Phone: +33 1 23"),
  );
});

test('An event whose optional members are null is understood', async () => {
  const ids = { platform: 'ha', projectId: 1, conversationId: '21111111-2222-4333-8444-555555555555' };
  const empty = { visitorExternalId: null as unknown as string, channel: '' };
  await world.sender.send(conversationClosedV2({ ...ids, ...empty }));
  const { body } = await world.service.admin<{ items: { status: string }[] }>(
    'GET',
    `/events?conversation=${ids.conversationId}`,
  );
  expect(body.items.map((event) => event.status)).toEqual(['accepted']);
});

test('A message whose answer is lost again and again is parked or delivered once, never said twice', async () => {
  world.thulium.faults.add({ match: MESSAGE, times: 3, kind: 'accept-then-cut' });
  const one = await converse(['a', 'a', 'a']);
  expect(await whole(one.conversationId)).toEqual(['a', 'a', 'a', 'stop']);
});
