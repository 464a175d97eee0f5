import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { migrate, MIGRATIONS_FOLDER } from '../../../src/persistence/migrate.ts';
import { createEmptyPostgres, openSession } from '../../persistence/migration-session.ts';
import { eventually } from '../../support/eventually.ts';
import { withClient } from '../../support/postgres-admin.ts';
import { converse, type ProcessWorld, startProcessWorld } from '../../support/process-world.ts';
import type { ServiceProcess } from '../../support/service-process.ts';

const TEXTS = ['one', 'two', 'two', 'three'];
const WHOLE = [[expect.stringContaining('[iAdvize]'), ...TEXTS, '(end)']];
const CONVERSATIONS = 20;

/** What a next release may do to tables in use: add. */
const EXPAND = `
ALTER TABLE event ADD COLUMN later text;
ALTER TABLE conversation ADD COLUMN later text;
ALTER TABLE lane ADD COLUMN later int NOT NULL DEFAULT 0;
ALTER TABLE delivery ADD COLUMN later int NOT NULL DEFAULT 0;
ALTER TABLE attempt ADD COLUMN later jsonb;
ALTER TABLE remote_chat ADD COLUMN later text;
ALTER TABLE installation ADD COLUMN later text;
CREATE INDEX later_idx ON delivery (later);
CREATE TABLE later (id bigint PRIMARY KEY)`;
const LAST = '99990101000000_later';

let folder: string;
beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'migrations-'));
  await fs.cp(MIGRATIONS_FOLDER, folder, { recursive: true });
  await fs.mkdir(path.join(folder, LAST));
});
afterAll(() => fs.rm(folder, { recursive: true }));

const writeLast = (sql: string): Promise<void> => fs.writeFile(path.join(folder, LAST, 'migration.sql'), sql);

test('K15: a process that is killed in the middle of a migration leaves nothing half done, and the next one does it all', async () => {
  const { url, drop } = await createEmptyPostgres(process.env['DATABASE_URL'] ?? '');
  await writeLast(`CREATE TABLE first_half (); SELECT pg_sleep(30); CREATE TABLE second_half ();`);
  const killed = await openSession(url);
  const migrating = expect(migrate(killed, folder)).rejects.toThrow();
  await withClient(url, async (client) => {
    const asleep = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                     WHERE datname = current_database() AND wait_event = 'PgSleep'`;
    await eventually(
      async () => (await client.query(asleep)).rowCount,
      (count) => count === 1,
    );
    await migrating;
    const halves = `SELECT to_regclass('first_half') AS first, to_regclass('second_half') AS second`;
    expect((await client.query(halves)).rows).toEqual([{ first: null, second: null }]);
    await writeLast('CREATE TABLE first_half (); CREATE TABLE second_half ()');
    const next = await openSession(url);
    expect(await migrate(next, folder)).toEqual([LAST]);
    expect(await migrate(next, folder)).toEqual([]);
    await next.close();
    expect((await client.query(halves)).rows).toEqual([{ first: 'first_half', second: 'second_half' }]);
  });
  await drop();
});

let world: ProcessWorld | undefined;
afterAll(() => world?.stop());

test('K15: when the next release expands the tables under load, then this one goes on beside it, old processes and new', async () => {
  world = await startProcessWorld();
  const before = await world.start();
  await world.install(before, 1, ['thulium']);
  await writeLast(EXPAND);
  const ids = Array.from({ length: CONVERSATIONS }, (_, index) => index + 1);
  const talk = (service: ServiceProcess, conversationId: number): Promise<boolean> =>
    converse(world!, world!.sender(service), { websiteId: 1, conversationId, texts: TEXTS });
  const talking = ids.map(async (id, index) => {
    await pause(index * 60);
    return talk(before, id);
  });
  const seen = (id: number): string[][] => world!.stage.seenInThulium(id);
  await eventually(
    () => ids.filter((id) => seen(id).length > 0).length,
    (begun) => begun > 3,
  );
  const session = await openSession(world.storage['DATABASE_URL'] ?? '');
  expect(await migrate(session, folder)).toEqual([LAST]);
  await session.close();

  const after = await world.start();
  talking.push(talk(after, CONVERSATIONS + 1));
  expect(new Set(await Promise.all(talking))).toEqual(new Set([true]));
  const all = [...ids, CONVERSATIONS + 1];
  const open = (): number[] => all.filter((id) => seen(id).at(-1)?.at(-1) !== '(end)');
  await eventually(open, (left) => left.length === 0, 40_000);
  for (const id of all) expect(seen(id)).toEqual(WHOLE);
  for (const service of [before, after]) expect((await fetch(`${service.url}/ready`)).status).toBe(200);
});
