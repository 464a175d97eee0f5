import { afterEach, expect, test } from '@jest/globals';
import { hashOf } from '../../../src/bridge/lane-context.ts';
import { createReadingStore } from '../../../src/bridge/reading-store.ts';
import { createRemoteRecords } from '../../../src/compose-listening.ts';
import type { Database, Transaction } from '../../../src/persistence/database.ts';
import { createSecretBox } from '../../../src/persistence/secret-box.ts';
import { eventually } from '../../support/eventually.ts';
import {
  type ListeningWorld,
  remoteTexts,
  startListeningWorld,
  talk,
  toyDestination,
} from '../../support/listening-world.ts';
import { openTestDatabase } from '../../support/test-database.ts';
import { testConfig } from '../../support/test-environment.ts';
import { TOY_TYPES } from '../../support/toy-destination.ts';

let world: ListeningWorld;
afterEach(() => world.stop());

/** A database that fails at one statement in a transaction, after those before it, as often as `times` says. */
function failingAt(fragment: string): { wrap: (database: Database) => Database; times: number } {
  const fault = { times: 0, wrap };
  function wrap(database: Database): Database {
    const failing = (sql: Transaction): Transaction => ({
      ...sql,
      query(text, values) {
        if (!text.includes(fragment) || fault.times === 0) return sql.query(text, values);
        fault.times -= 1;
        return Promise.reject(new Error('the database went away'));
      },
    });
    return { ...database, transaction: (work) => database.transaction((sql) => work(failing(sql))) };
  }
  return fault;
}

test('When a reading cannot be stored, then the cursor stays, and it is read and stored again, once', async () => {
  const fault = failingAt('SET cursor');
  world = await startListeningWorld({}, { wrap: fault.wrap });
  await world.install(1, [toyDestination(world.toy.url)]);
  const chat = await world.start(1);
  world.toy.agentWrites(chat, 'one');
  await world.destination(talk(1).id, (one) => remoteTexts(one).length === 1);
  fault.times = 2;
  world.toy.agentWrites(chat, 'two');
  const seen = await world.destination(talk(1).id, (one) => remoteTexts(one).length === 2);
  expect(remoteTexts(seen)).toEqual(['one', 'two']);
  expect(fault.times).toBe(0);
  // Read from the same place each time until it was stored.
  expect(world.toy.asked(chat, 'history').map(({ after }) => after)).toEqual([0, 1, 1]);
});

test('When many chats are read at once, then only those that brought something new are written', async () => {
  const moved: string[] = [];
  const watching = (sql: Transaction): Transaction => ({
    ...sql,
    query(text, values) {
      if (text.includes('SET cursor')) moved.push(...(values?.[0] as string[]));
      return sql.query(text, values);
    },
  });
  const wrap = (database: Database): Database => ({
    ...database,
    transaction: (work) => database.transaction((sql) => work(watching(sql))),
  });
  world = await startListeningWorld({}, { wrap });
  await world.install(1, [toyDestination(world.toy.url, 'toy-list')]);
  const chats = [await world.start(1), await world.start(2)];
  await eventually(
    () => new Set(moved).size,
    (lanes) => lanes === chats.length,
  );
  moved.length = 0;
  world.toy.agentWrites(chats[0]!, 'one');
  await world.destination(talk(1).id, (one) => remoteTexts(one).length === 1);
  const listed = world.toy.ledger.entries().length;
  await eventually(
    () => world.toy.ledger.entries().length,
    (length) => length > listed + 3,
  );
  expect(moved).toHaveLength(1);
});

test('What was read at once is shown in its order, however many there are', async () => {
  world = await startListeningWorld();
  await world.install(1, [toyDestination(world.toy.url)]);
  const chat = await world.start(1);
  const texts = Array.from({ length: 12 }, (_, index) => `message ${index + 1}`);
  for (const text of texts) world.toy.agentWrites(chat, text);
  const seen = await world.destination(talk(1).id, (one) => remoteTexts(one).length === texts.length);
  expect(remoteTexts(seen)).toEqual(texts);
});

test('When a chat system could not be read before, then its open chats are listened to from the next start on', async () => {
  const database = await openTestDatabase();
  const kept = { ...database, close: async () => undefined };
  const silent = TOY_TYPES.map((type): (typeof TOY_TYPES)[number] => ({
    ...type,
    open(settings, dependencies) {
      const opened = type.open(settings, dependencies);
      const destination = { ...opened.destination };
      delete destination.receiver;
      return { ...opened, destination };
    },
  }));
  world = await startListeningWorld({}, { database: kept, types: silent });
  const { toy } = world;
  await world.install(1, [toyDestination(toy.url, 'toy'), { ...toyDestination(toy.url, 'toy-list'), role: 'watcher' }]);
  await world.sender.send(talk(1).started);
  await eventually(
    async () => (await world.seen('1')).destinations,
    (all) => all.length === 2 && all.every(({ remoteChat, pending }) => remoteChat !== null && pending === 0),
  );
  expect(toy.ledger.entries().some(({ kind }) => kind === 'poll' || kind === 'list' || kind === 'history')).toBe(false);
  for (const { id } of toy.all()) toy.agentWrites(id, `in ${id}`);
  await world.service.stop();
  world.sender.close();

  const later = await startListeningWorld({}, { database });
  world = { ...later, stop: () => later.stop().then(() => toy.close()) };
  const all = await eventually(
    async () => (await later.seen('1')).destinations,
    (destinations) => destinations.every((one) => remoteTexts(one).length > 0),
  );
  expect(all.flatMap(remoteTexts).sort()).toEqual(['in toy-1', 'in toy-2']);
});

test('A destination can ask how often a text of ours was sent into a chat', async () => {
  world = await startListeningWorld();
  await world.install(1, [toyDestination(world.toy.url)]);
  const chat = await world.start(1);
  await eventually(
    () => world.toy.find(chat)?.sent ?? [],
    (sent) => sent.length === 1,
  );
  const { database } = world.service;
  const config = testConfig();
  const records = createRemoteRecords(database, createSecretBox(config.ENCRYPTION_KEYS), config);
  const readings = createReadingStore(database, records.sealed, records.messages);
  const [text = ''] = world.toy.find(chat)?.sent ?? [];
  const count = (asked: string): Promise<number> => readings.countSent(`${talk(1).id}/toy`, hashOf(asked));
  expect(await count(`${text}\r\n`)).toBe(1);
  expect(await count(`${text}!`)).toBe(0);
});

test('What remote agents write is not readable in the tables', async () => {
  world = await startListeningWorld();
  await world.install(1, [toyDestination(world.toy.url)]);
  const chat = await world.start(1);
  world.toy.files.set('f1', { bytes: Buffer.from('canary-bytes'), contentType: 'text/plain' });
  world.toy.agentWrites(chat, 'canary-text', [{ id: 'f1', name: 'canary-name.txt' }]);
  await eventually(
    async () => JSON.stringify(await world.seen('1')),
    (text) => text.includes('"hosted"'),
  );
  const { database } = world.service;
  const rows = [
    ...(await database.query('SELECT * FROM remote_message')),
    ...(await database.query(`SELECT *, encode(bytes, 'escape') AS plain FROM remote_file_copy`)),
  ];
  expect(rows).toHaveLength(2);
  expect(JSON.stringify(rows)).not.toContain('canary');
  expect(world.service.logs()).not.toContain('canary');
});
