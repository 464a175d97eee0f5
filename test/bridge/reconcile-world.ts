import { randomUUID } from 'node:crypto';
import type { ReconcileTimings } from '../../src/bridge/reconcile-timings.ts';
import type { Database } from '../../src/persistence/database.ts';
import { history } from '../simulators/iadvize-events.ts';
import type { RestConversation, RestFixture } from '../simulators/iadvize-rest-fixtures.ts';
import { createSender } from '../simulators/iadvize-sender.ts';
import { localTime } from '../simulators/local-time.ts';
import { type BridgeWorld, conversationOf, startBridgeWorld } from '../support/bridge-world.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { SECRET } from '../support/test-environment.ts';

const QUICK_ROUNDS: ReconcileTimings = { everyMs: 100, graceMs: 50, overlapMs: 60 * 60_000, paceMs: 0 };

export const SITE_ZONE = 'Europe/Paris';
const MINUTE_MS = 60_000;

/** The bridge world with rounds that follow each other quickly, and its conversations as iAdvize lists them. */
export async function startReconcileWorld(
  timings: Partial<ReconcileTimings> = {},
  environment: NodeJS.ProcessEnv = {},
  database?: Database,
) {
  const reconcile = { ...QUICK_ROUNDS, ...timings };
  const options = { reconcile, ...(database && { database }) };
  const world = await startBridgeWorld({ RECONCILE_MINUTES: '5', ...environment }, options);
  return { ...world, reconcile };
}

/** An installation that has been there for a while, so that what happens now is its own. */
export async function installedEarlier(world: BridgeWorld, websiteId: number, settings: object = {}): Promise<void> {
  world.rest.setWebsite({ id: websiteId, timezone: SITE_ZONE });
  await world.install(websiteId, [world.thuliumDestination()], settings);
  await world.service.database.query(
    `UPDATE installation SET created_at = now() - interval '30 minutes' WHERE id = $1`,
    [`ha-${websiteId}`],
  );
}

export interface ListedOptions {
  /** How long ago it began; a minute unless told. */
  agoMs?: number;
  open?: boolean;
  texts?: string[];
  fields?: Omit<RestFixture<RestConversation>, 'id'>;
}

/** A conversation that iAdvize lists, with its times on the website's clock, and events that may tell of it. */
export function listedConversation(
  world: Pick<BridgeWorld, 'rest'>,
  websiteId: number,
  id: number,
  options: ListedOptions = {},
) {
  const { agoMs = MINUTE_MS, open = false, texts = ['hello'], fields = {} } = options;
  const conversation = conversationOf(websiteId, id);
  const uuid = randomUUID();
  const beganAt = Date.now() - agoMs;
  const email = `ana${id}@example.org`;
  const list = (changes: Omit<RestFixture<RestConversation>, 'id'> = {}): void =>
    world.rest.setConversation({
      id,
      visitor_uid: conversation.visitorId,
      website_id: websiteId,
      operator_id: 9,
      xmpp_id: uuid,
      history: history(texts.map((text, index) => ({ from: 'visitor' as const, text, at: beganAt + index * 1_000 }))),
      created_at: onSite(beganAt),
      closed_at: open ? null : onSite(Math.max(beganAt + texts.length * 1_000, Date.now() - MINUTE_MS / 2)),
      ...fields,
      ...changes,
    });
  world.rest.setVisitor({ id, unique_id: conversation.visitorId, firstname: 'Ana', email });
  list();
  return {
    ...conversation,
    uuid,
    email,
    beganAt: new Date(beganAt),
    texts,
    /** iAdvize lists it as closed from now on. */
    close: () => list({ closed_at: onSite(Date.now() - 1_000) }),
    list,
  };
}

export type ListedConversation = ReturnType<typeof listedConversation>;

export const onSite = (at: number): string => localTime(new Date(at), SITE_ZONE).slice(0, 19);

/** The sender while the intake is off: it gives every event up. Throws if one was taken over. */
export async function sendInVain(...events: object[]): Promise<void> {
  const nobody = `http://127.0.0.1:${await freePort()}/iadvize/webhooks`;
  const sender = createSender({ targetUrl: nobody, secret: SECRET, retryDelaysMs: [5, 10] });
  const results = await Promise.all(events.map((event) => sender.send(event)));
  sender.close();
  if (results.some(({ accepted }) => accepted)) throw new Error('somebody took an event over');
}

/** Every chat that was started for the conversation's visitor, as Thulium's agents see it. */
export function chatsOf(world: Pick<BridgeWorld, 'thulium'>, { email }: { email: string }): string[][] {
  const entries = world.thulium.ledger.entries();
  const starts = entries.filter((entry) => entry.kind === 'start' && entry.client_email === email);
  return starts.map(({ conversationId }) =>
    entries.flatMap((entry) => {
      if (entry.conversationId !== conversationId || entry.kind === 'start') return [];
      return [entry.kind === 'message' ? entry.text : '(end)'];
    }),
  );
}

/** Resolves when iAdvize's list was read `rounds` more times, from beginning to end. */
export async function roundsPass(world: BridgeWorld, rounds = 3): Promise<void> {
  const before = listCalls(world).length;
  await eventually(
    () => listCalls(world).length,
    (count) => count > before + rounds,
  );
}

/** Reads of the list, with the moment of each. */
export function listCalls(world: BridgeWorld): { at: string; website: string | undefined }[] {
  const calls = world.rest.requests.entries().filter(({ path }) => path.endsWith('/conversation'));
  return calls.map(({ at, query }) => ({ at, website: query['filters[website_id]'] }));
}
