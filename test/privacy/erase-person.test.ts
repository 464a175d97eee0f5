import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { conversationPushedV2 } from '../simulators/iadvize-events.ts';
import { eventually } from '../support/eventually.ts';
import { type PrivacyWorld, startPrivacyWorld } from './privacy-world.ts';

let world: PrivacyWorld;

beforeAll(async () => {
  world = await startPrivacyWorld();
  const destinations = [world.thuliumDestination(), world.xmDestination()];
  await world.install(1, destinations, { clientId: 7, lateStartSeconds: 0 });
  await world.install(2, [world.thuliumDestination()], { lateStartSeconds: 0 });
});
afterAll(() => world.stop());

test('An erasure in the middle of a conversation leaves no byte of the person, ends their chats and spares the others', async () => {
  const dora = world.person('dorabella', 1, 101);
  const other = world.person('hildegard', 1, 102);
  await world.talk(dora, dora);
  await world.talk(other, other);
  await world.sender.send(dora.updated());
  // The events say it in their bodies alone, the deliveries in their texts.
  await eventually(
    () => world.traces([dora.visitorId, dora.email]),
    (lines) => ['event', 'delivery', 'conversation'].every((table) => lines.some((line) => line.startsWith(table))),
  );

  const receipt = await world.erase({ email: 'Dorabella@People.example' });
  expect(receipt).toMatchObject({ installations: ['ha-1', 'ha-2'], finishedAt: expect.any(String) });
  expect(receipt.erased).toContainEqual(expect.objectContaining({ installation: 'ha-1', conversations: 1, events: 1 }));
  expect(receipt.erased).toContainEqual(expect.objectContaining({ installation: null, events: 1 }));
  expect(receipt.remoteChats.map(({ destination, status }) => [destination, status])).toEqual([
    ['thulium-main', 'open'],
    ['xm-watch', 'open'],
  ]);
  expect(await world.traces(dora.bytes)).toEqual([]);
  expect(world.logged(dora.unsaid)).toEqual([]);
  expect(world.ended(dora.email)).toBe(2);

  expect(world.ended(other.email)).toBe(0);
  await world.sender.send(other.closed());
  const said = await world.thulium.ledger.waitFor((entries) =>
    entries.some((entry) => entry.kind === 'message' && entry.text === 'words of hildegard'),
  );
  expect(said.some((entry) => entry.kind === 'message' && entry.text === 'words of dorabella')).toBe(false);
});

test('What comes late brings nothing back: old webhooks stay duplicates, new ones are forgotten', async () => {
  const emil = world.person('emilius', 1, 110);
  const started = emil.started();
  await world.sender.send(started);
  await world.delivered(emil.conversation);
  await world.erase({ email: emil.email });

  const answers = [
    await world.sender.send(started),
    await world.sender.send(emil.closed()),
    await world.sender.send(emil.started({ operatorId: 11 })),
    await world.sender.send(emil.updated()),
    // What nobody will plan: the old one with other bytes, and one of a kind that is not known.
    await world.sender.send({ ...started, extra: 'bytes' }),
    await world.sender.send({ ...emil.started(), eventType: 'conversation.praised' }),
    await world.sender.send({ eventType: 'visitor.praised', visitor: { id: emil.visitorId } }),
  ];
  expect(answers.map(({ accepted }) => accepted)).toEqual(answers.map(() => true));
  await eventually(
    () => world.traces(emil.bytes),
    (lines) => lines.length === 0,
  );
  expect(world.logged(emil.unsaid)).toEqual([]);
  // Whatever would have been planned of it is planned before this one.
  const after = world.person('bartholomea', 1, 111);
  await world.talk(after, after);
  expect(world.started(emil.email)).toMatchObject({ thulium: [expect.anything()], xm: [expect.anything()] });
  // Once word for word, once with other bytes.
  const { body } = await world.service.admin<{ items: { duplicates: number; erasedAt: string | null }[] }>(
    'GET',
    '/events?limit=200',
  );
  expect(body.items.filter(({ erasedAt }) => erasedAt !== null).map(({ duplicates }) => duplicates)).toContain(2);
});

test('Whoever comes back after an erasure is a visitor like any other', async () => {
  const first = world.person('cornelius', 1, 120);
  await world.talk(first, first);
  await world.erase({ visitorId: first.visitorId });
  const again = world.person('cornelius', 1, 121);
  await world.sender.send(again.started({ visitorId: first.visitorId }));
  await world.delivered(again.conversation);
  world.rest.setVisitor({ id: 120, unique_id: first.visitorId, email: 'new@people.example' });
  await world.sender.send(first.updated());
  await world.thulium.ledger.waitFor((entries) =>
    entries.some((entry) => entry.kind === 'message' && entry.text.includes('new@people.example')),
  );
  expect(await world.traces([first.visitorId])).not.toEqual([]);
});

test('What nobody plans and only may be about somebody erased is kept again after a day', async () => {
  const { visitorId } = world.person('desideria', 1, 125);
  const unknown = (): object => ({ eventType: 'visitor.praised', eventId: randomUUID(), visitor: { id: visitorId } });
  await world.erase({ visitorId });
  await world.sender.send(unknown());
  expect(await world.traces([visitorId])).toEqual([]);
  // Nobody can wait a day here.
  await world.service.database.query(`UPDATE erased_id SET erased_at = erased_at - interval '25 hours'`);
  await world.sender.send(unknown());
  expect(await world.traces([visitorId])).toEqual([expect.stringMatching(/^event /)]);
});

test('Another person at the same browser is spared, and what names nobody goes with whoever is erased', async () => {
  const [anna, bela, unnamed] = [130, 131, 132].map((id) => world.person(`shared${id}`, 1, id));
  const visitorId = anna!.visitorId;
  await world.talk(anna!, anna!);
  // The same browser, by then with somebody else's address, and once with nobody's.
  world.rest.setVisitor({ id: 130, unique_id: visitorId, email: bela!.email });
  await world.sender.send(bela!.started({ visitorId }));
  await world.delivered(bela!.conversation);
  world.rest.setVisitor({ id: 130, unique_id: visitorId });
  await world.sender.send(unnamed!.started({ visitorId }));
  await world.delivered(unnamed!.conversation);

  const receipt = await world.erase({ email: anna!.email });
  expect(receipt.erased).toContainEqual(expect.objectContaining({ conversations: 2 }));
  expect(await world.traces([':130', ':132', anna!.email])).toEqual([]);
  const kept = await world.traces([bela!.conversation]);
  expect(kept.some((line) => line.startsWith('event'))).toBe(true);
  expect(kept.some((line) => line.startsWith('conversation'))).toBe(true);
});

test('Conversations of one number on two websites are two', async () => {
  const anna = world.person('annegret', 1, 160);
  await world.talk(anna, anna);
  const bela = world.person('belinda', 2, 160);
  await world.sender.send(bela.started({ visitorId: 'c'.repeat(45) }));
  await world.delivered(bela.conversation);
  const { erased } = await world.erase({ email: anna.email });
  expect(erased.filter(({ installation }) => installation === 'ha-2')).toEqual([]);
  expect((await world.traces([bela.conversation])).some((line) => line.startsWith('event'))).toBe(true);
});

test('The visitor number of today’s events is nobody’s own id', async () => {
  const anna = world.person('apollonia', 1, 170, { external_id: '4711170' });
  await world.talk(anna, anna);
  // Nothing can be read about this visitor, whose number is by chance Anna's own id.
  const today = { platform: 'ha', projectId: 1, clientId: 7, conversationId: randomUUID(), visitorId: randomUUID() };
  await world.sender.send(conversationPushedV2({ ...today, visitorExternalId: '4711170' }));
  await world.delivered(`ha-1:${today.conversationId}`);
  for (const asked of [{ email: anna.email }, { externalId: '4711170' }]) await world.erase(asked);
  const kept = await world.traces([today.conversationId]);
  expect(kept.some((line) => line.startsWith('event'))).toBe(true);
  expect(kept.some((line) => line.startsWith('lane'))).toBe(true);
  expect(await world.traces([anna.email, anna.visitorId])).toEqual([]);
});

test('What agents wrote, their files and what was clicked in the profile goes too', async () => {
  const { database } = world.service;
  const clara = world.person('clarabella', 1, 180);
  await world.talk(clara, clara);
  // As the profile's note action and a reading of the chat leave them.
  await database.query(`INSERT INTO profile_action (conversation_id, action, success) VALUES ($1, 'NOTE', true)`, [
    clara.conversation,
  ]);
  const lane = `${clara.conversation}/xm-watch`;
  await database.query(`INSERT INTO remote_message (lane_id, key, role, content) VALUES ($1, 'k', 'agent', 'sealed')`, [
    lane,
  ]);
  await database.query(
    `INSERT INTO remote_file_copy (id, remote_message_id, ordinal, about, next_at)
     SELECT 'f', id, 1, 'sealed', NULL FROM remote_message WHERE lane_id = $1`,
    [lane],
  );
  const { erased } = await world.erase({ visitorId: clara.visitorId });
  expect(erased).toContainEqual(expect.objectContaining({ remoteMessages: 1, files: 1, profileActions: 1 }));
  for (const table of ['profile_action', 'remote_message', 'remote_file_copy']) {
    expect([
      table,
      await database.query(`SELECT * FROM ${table} AS row WHERE row::text LIKE '%sealed%' OR row::text LIKE $1`, [
        `%${clara.conversation}%`,
      ]),
    ]).toEqual([table, []]);
  }
});

test('By the client’s own id, and only in the installation that is named', async () => {
  const here = world.person('gwendolyn', 1, 140, { external_id: 'crm-4711' });
  const there = world.person('gwendolyn', 2, 141, { external_id: 'crm-4711' });
  await world.talk(here, here);
  await world.talk(there, there);
  const receipt = await world.erase({ externalId: 'crm-4711', installation: 'HA-1' });
  expect(receipt.installations).toEqual(['ha-1']);
  expect(await world.traces([here.conversation, here.visitorId])).toEqual([]);
  expect(await world.traces([there.conversation])).not.toEqual([]);
});

test('A person nobody knows is erased with a receipt of nothing', async () => {
  const receipt = await world.erase({ email: 'nobody@people.example' });
  expect(receipt).toMatchObject({ erased: [], remoteChats: [], finishedAt: expect.any(String) });
});

test('A receipt names nobody, can be tied to whoever knows the address, and a changed one is not ours', async () => {
  const receipt = await world.erase({ email: 'fredegar@people.example' });
  expect(JSON.stringify(receipt)).not.toContain('fredegar');
  const { by, salt, digest } = receipt.subject;
  expect(digest).toBe(createHash('sha256').update(`${salt}:${by}:fredegar@people.example`).digest('hex'));
  const verdict = async (shown: object) =>
    (await world.service.admin<{ valid: boolean }>('POST', '/privacy/verify', shown)).body;
  expect(await verdict(receipt)).toEqual({ valid: true });
  const { signature, publicKey, ...rest } = receipt;
  expect(await verdict({ publicKey, signature, ...rest })).toEqual({ valid: true });
  expect(await verdict({ ...receipt, requestedAt: new Date(0).toISOString() })).toEqual({ valid: false });
  expect(await verdict({ ...receipt, signature: 'AAAA' })).toEqual({ valid: false });
  expect(await verdict({})).toEqual({ valid: false });

  const shown = await world.service.admin<object>('GET', `/privacy/erasures/${receipt.id}`);
  expect(shown).toMatchObject({ status: 200, body: { id: receipt.id, finishedAt: receipt.finishedAt } });
});

test.each([
  [{}, 422, 'email'],
  [{ email: 'a@b.example', visitorId: 'v' }, 422, 'email'],
  [{ email: 'no address' }, 422, 'email'],
  [{ externalId: '' }, 422, 'externalId'],
  [{ visitorId: 'v', installation: 'nonsense' }, 422, 'installation'],
  [{ visitorId: 'v', installation: 'ha-999' }, 404, undefined],
  [{ visitorId: 'v', colour: 'blue' }, 422, 'colour'],
])('%j is refused with %i', async (body, status, field) => {
  for (const call of ['erase', 'export']) {
    const answer = await world.service.admin<{ error: { field?: string } }>('POST', `/privacy/${call}`, body);
    expect([answer.status, answer.body.error.field]).toEqual([status, field]);
  }
});

test('Nobody erases or exports without the admin token, and no erasure is shown that was not', async () => {
  for (const call of ['erase', 'export', 'verify']) {
    const url = `${world.service.url}/admin/api/privacy/${call}`;
    expect((await fetch(url, { method: 'POST', body: '{}' })).status).toBe(401);
  }
  for (const id of ['4711', '6f2c1d2e-52a4-4f0e-9f0a-2b7f4f0b7c11']) {
    expect((await world.service.admin('GET', `/privacy/erasures/${id}`)).status).toBe(404);
  }
});
