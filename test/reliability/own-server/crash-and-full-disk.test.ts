import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '../../support/eventually.ts';
import { type OwnPostgres, startOwnPostgres } from '../../support/own-postgres.ts';
import { postgresUrl, withClient } from '../../support/postgres-admin.ts';
import { converse, type ProcessWorld, startProcessWorld } from '../../support/process-world.ts';
import { type RunningService, SHAPES } from '../../support/running-service.ts';

const TEXTS = ['one', 'two', 'two', 'three'];
const WHOLE = [[expect.stringContaining('[iAdvize]'), ...TEXTS, '(end)']];
const CONVERSATIONS = 20;
const NO_ROOM = 'the database has no room left on its disk, and events are refused: give it more room';
/** The planner, which tries once a second, and longer pauses for one event, tries again and again meanwhile. */
const FULL_FOR_MS = 12_000;

let postgres: OwnPostgres;
let world: ProcessWorld;
let service: RunningService;
let lastId = 0;

const seen = (id: number): string[][] => world.stage.seenInThulium(id);
const ready = async (): Promise<string> => (await service.probe('/ready')).join();

/** What each web says of itself, each answer once. */
async function websSay(): Promise<string> {
  const answers = service.webs.map(async ({ url }) => {
    const answer = (await (await fetch(`${url}/ready`)).json()) as { status: string; reason?: string };
    return answer.reason ?? answer.status;
  });
  return [...new Set(await Promise.all(answers))].join();
}

async function allArrive(ids: readonly number[], done: Promise<boolean[]>): Promise<void> {
  expect(new Set(await done)).toEqual(new Set([true]));
  const open = (): number[] => ids.filter((id) => seen(id).at(-1)?.at(-1) !== '(end)');
  await eventually(open, (left) => left.length === 0, 60_000);
  for (const id of ids) expect(seen(id)).toEqual(WHOLE);
}

/** Conversations that begin one after the other. */
function load(everyMs: number): { ids: number[]; done: Promise<boolean[]> } {
  const sender = world.sender(service);
  const ids = Array.from({ length: CONVERSATIONS }, () => (lastId += 1));
  const talking = ids.map(async (conversationId, index) => {
    await pause(index * everyMs);
    return converse(world, sender, { websiteId: 1, conversationId, texts: TEXTS });
  });
  return { ids, done: Promise.all(talking) };
}

/** Taken while somebody holds what planning them needs, and until the disk is full. */
async function takenBefore(full: () => Promise<void>): Promise<number[]> {
  const ids = Array.from({ length: CONVERSATIONS }, () => (lastId += 1));
  await withClient(postgresUrl(postgres.url, 'connector'), async (client) => {
    await client.query('BEGIN; LOCK TABLE delivery');
    const sender = world.sender(service);
    for (const id of ids) {
      const { accepted } = await sender.send(world.stage.conversation(1, id, []).started);
      expect(accepted).toBe(true);
    }
    await full();
    await client.query('ROLLBACK');
  });
  return ids;
}

describe.each(SHAPES)('With $shape', ({ roles }) => {
  beforeAll(async () => {
    [postgres, world] = await Promise.all([startOwnPostgres(), startProcessWorld()]);
    const disk = await postgres.smallDisk(24);
    await postgres.sql(`CREATE TABLESPACE small LOCATION '${disk}'`);
    await postgres.sql(`CREATE DATABASE connector TABLESPACE small`);
    service = await world.startAs(roles, { DATABASE_URL: postgresUrl(postgres.url, 'connector') });
    await world.install(service, 1, ['thulium']);
  });
  afterAll(async () => {
    await world.stop();
    await postgres.remove();
  });

  test('When PostgreSQL crashes and comes back under load, twice, then nothing is lost or doubled', async () => {
    const { ids, done } = load(250);
    for (const round of [1, 2]) {
      await eventually(
        () => ids.filter((id) => seen(id).length > 0).length,
        (begun) => begun >= round * 4,
      );
      await postgres.crash();
      expect(await ready()).toBe('503');
      await postgres.start();
      await eventually(ready, (answers) => answers === '200', 20_000);
    }
    await allArrive(ids, done);
    expect(service.hasEnded()).toBe(false);
  });

  test('When the disk is full, then events get 503 and nothing that was taken is lost; with room again all goes on', async () => {
    const taken = await takenBefore(() => postgres.fill('connector'));
    // Tables have some room left inside: it is used up first.
    const sender = world.sender(service, { retryDelaysMs: [] });
    let refused: number | null = null;
    for (let sent = 0; refused === null && sent < 500; sent += 1) {
      const { attempts } = await sender.send(world.stage.conversation(2, 1_000_000 + sent, []).started);
      const status = attempts[0]?.status ?? null;
      if (status !== 202) refused = status;
    }
    expect(refused).toBe(503);
    expect(await service.probe('/health')).toEqual([200]);

    const { ids, done } = load(20);
    // A web knows when it has refused one itself.
    await eventually(websSay, (said) => said === NO_ROOM);
    const said = new Set<string>();
    for (const until = performance.now() + FULL_FOR_MS; performance.now() < until; await pause(200))
      said.add(await websSay());
    expect([...said]).toEqual([NO_ROOM]);
    await postgres.sql('DROP TABLE filler', 'connector');
    await allArrive(ids, done);
    const chats = (): number[] => taken.map((id) => seen(id).length);
    await eventually(chats, (counts) => counts.every((count) => count > 0));
    expect(new Set(chats())).toEqual(new Set([1]));
    await eventually(ready, (answers) => answers === '200');
    expect(service.hasEnded()).toBe(false);
  });
});
