import { randomUUID } from 'node:crypto';
import type { Database } from '../../src/persistence/database.ts';
import { installedEarlier } from '../bridge/reconcile-world.ts';
import { conversationStarted, history } from '../simulators/iadvize-events.ts';
import type { Sender } from '../simulators/iadvize-sender.ts';
import { conversationOf, startBridgeWorld } from '../support/bridge-world.ts';
import { eventually } from '../support/eventually.ts';
import { ADMIN_TOKEN } from '../support/test-environment.ts';
import type { TestService } from '../support/test-service.ts';

/** An hour in production. */
export const QUICK_SWEEPS = { firstMs: 20, everyMs: 40 };

/** A website that nobody installed: its events belong to no installation. */
const NOBODYS_WEBSITE = 9_999;

const older = (column: string): string => `${column} = ${column} - $1 * interval '1 day'`;
const MAKE_OLDER = [
  `UPDATE event SET ${older('received_at')} WHERE conversation_id = ANY($2::text[]) AND NOT event_type = ANY($3::text[])`,
  `UPDATE conversation SET ${older('created_at')}, ${older('started_at')}, ${older('closed_at')} WHERE id = ANY($2::text[])`,
  `UPDATE profile_action SET ${older('created_at')} WHERE conversation_id = ANY($2::text[])`,
];
const NAMED = `
SELECT id FROM conversation WHERE id = ANY($1::text[]) OR same_as = ANY($1::text[])
 UNION SELECT unnest($1::text[])`;

/**
 * Nobody can wait for months: moves what is there of these conversations back by so many days, all of it at one moment.
 * `but`: types of events that stay as young as they are.
 */
export async function makeOlder(database: Database, days: number, ids: string[], but: string[] = []): Promise<void> {
  await database.transaction(async (sql) => {
    const all = (await sql.query<{ id: string }>(NAMED, [ids])).map(({ id }) => id);
    const [events, ...others] = MAKE_OLDER;
    await sql.query(events!, [days, all, but]);
    for (const statement of others) await sql.query(statement, [days, all]);
  });
}

const EVENT_OLDER = `UPDATE event SET ${older('received_at')} WHERE id = $2::bigint`;

export interface SeenEvent {
  id: string;
  status: string;
  reason: string | null;
  eventType: string | null;
  installation: string | null;
  conversation: string | null;
  duplicates: number;
  erasedAt: string | null;
}

/** Whatever answers as the admin API does. */
interface Asked {
  service: Pick<TestService, 'admin'>;
}
type World = { service: Pick<TestService, 'admin' | 'database'>; sender: Sender };

export async function eventsOf({ service }: Asked, query: string): Promise<SeenEvent[]> {
  return (await service.admin<{ items: SeenEvent[] }>('GET', `/events?limit=200&${query}`)).body.items;
}

/** An event that belongs to no installation, so many days old. Resolves with its id. */
export async function nobodysEvent(world: World, days: number, words: object = {}): Promise<string> {
  const before = new Set((await eventsOf(world, 'status=quarantined')).map(({ id }) => id));
  await world.sender.send({
    ...conversationStarted({ websiteId: NOBODYS_WEBSITE, conversationId: Date.now() }),
    ...words,
    eventId: randomUUID(),
  });
  const id = (await eventsOf(world, 'status=quarantined')).find((event) => !before.has(event.id))?.id ?? '';
  await world.service.database.query(EVENT_OLDER, [days, id]);
  return id;
}

export async function eventOf(world: Asked, id: string): Promise<SeenEvent | undefined> {
  return (await eventsOf(world, '')).find((event) => event.id === id);
}

/** Resolves when a whole sweep has passed that began after the call: one removes, the next is seen to have begun. */
export async function sweepPasses(world: World): Promise<void> {
  for (let count = 0; count < 2; count += 1) {
    const id = await nobodysEvent(world, 1_000);
    await eventually(
      () => eventOf(world, id),
      (event) => event?.erasedAt != null,
    );
  }
}

/** What the admin API answers for it: 200, or 404 when nothing is left. */
export async function statusOf({ service }: Asked, conversation: string): Promise<number> {
  return (await service.admin('GET', `/conversations/${encodeURIComponent(conversation)}`)).status;
}

export const isGone = (world: Asked, conversation: string): Promise<number> =>
  eventually(
    () => statusOf(world, conversation),
    (status) => status === 404,
  );

/** The tables in which any of these words stands, in a text or in stored bytes. */
export async function tablesWith(database: Database, words: string[]): Promise<string[]> {
  const tables = await database.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY table_name`,
  );
  const needles = words.flatMap((word) => [word, Buffer.from(word).toString('hex')]);
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await database.query<{ row: string }>(`SELECT to_jsonb(whole)::text AS row FROM "${name}" AS whole`);
    if (rows.some(({ row }) => needles.some((needle) => row.includes(needle)))) found.push(name);
  }
  return found;
}

/** Keeps for RETENTION_DAYS, which is 90 unless told. */
export const DEFAULT_SITE = 1;
/** Keeps for 30 days. */
export const OWN_SITE = 2;

export const isSettled = (deliveries: { status: string }[]): boolean =>
  deliveries.length > 0 && deliveries.every(({ status }) => status === 'delivered');

/** The bridge's world with sweeps that follow each other quickly, and two installations. */
export async function startRetentionWorld(
  environment: NodeJS.ProcessEnv = {},
  options: Parameters<typeof startBridgeWorld>[1] = {},
) {
  const world = await startBridgeWorld(environment, { retention: QUICK_SWEEPS, ...options });
  world.rest.setOperator({ id: 9, pseudo: 'Marie' });
  await installedEarlier(world, DEFAULT_SITE);
  await world.install(OWN_SITE, [world.thuliumDestination()], { retentionDays: 30 });
  let last = 400;

  async function figure(name: string): Promise<number> {
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
    const text = await (await fetch(`${world.service.url}/metrics`, { headers })).text();
    return Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`${name} `))
        ?.slice(name.length),
    );
  }

  return {
    ...world,
    world,
    nextId: (): number => (last += 1),
    older: (days: number, ids: string[], but?: string[]): Promise<void> =>
      makeOlder(world.service.database, days, ids, but),
    /** A conversation in which the visitor says this, started and, unless told, closed, and carried over whole. */
    async carried(site: number, text: string, { open = false } = {}) {
      const conversation = conversationOf(site, (last += 1));
      conversation.readable(world, history([{ from: 'visitor', text }]));
      await world.sender.send(conversation.started());
      if (!open) await world.sender.send(conversation.closed());
      const isThrough = (deliveries: { status: string; kind: string }[]): boolean =>
        isSettled(deliveries) && (open || deliveries.some(({ kind }) => kind === 'end'));
      await eventually(() => world.deliveries(conversation.id), isThrough);
      return conversation;
    },
    figure,
    /** What was removed until now, as the metrics tell. */
    removed: async () => ({
      events: await figure('connector_retention_events_total'),
      conversations: await figure('connector_retention_conversations_total'),
    }),
  };
}

export type RetentionWorld = Awaited<ReturnType<typeof startRetentionWorld>>;
