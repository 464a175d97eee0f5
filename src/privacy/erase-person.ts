import { setTimeout as pause } from 'node:timers/promises';
import type { Database, Sql } from '../persistence/database.ts';
import type { SealedVisitors } from './conversation-identities.ts';
import { dropEnded } from './ending-lanes.ts';
import { eraseConversations } from './erase-conversations.ts';
import { eraseCustomers } from './erase-customers.ts';
import { eraseEvents } from './erase-events.ts';
import { rememberErased } from './erased-ids.ts';
import type { Erased } from './erasure-numbers.ts';
import { type Erasure, type ErasureStore, type ErasureWork, RENEW_EVERY_MS } from './erasure-store.ts';
import { certainNames, type KnownAs, NAMES } from './person-key.ts';
import { searchPerson } from './search-person.ts';

export interface ErasingDependencies {
  database: Database;
  store: ErasureStore;
  sealed: SealedVisitors;
  /** There are chats to end. */
  onEnding(): void;
}

/** Events may come while the first ones are being erased; whoever goes on talking is not chased for ever. */
const MOST_ROUNDS = 5;
const LOOK_AGAIN_MS = 100;
/** Events have their numbers before they are committed: this many before the newest are looked at again. */
const LATE_COMMITS = 1_000n;

/**
 * Erases all that is found of a person, until nothing more is found. It may be killed at any moment and taken up again:
 * what is to be done is on disk before it is done.
 */
export async function erasePerson(erasure: Erasure, dependencies: ErasingDependencies): Promise<void> {
  const { database, store, onEnding } = dependencies;
  const { id, work } = erasure;
  const onErased = (sql: Sql, erased: Erased): Promise<void> => store.add(sql, id, { erased });
  const renewal = setInterval(() => void store.renew(id).catch(() => undefined), RENEW_EVERY_MS);
  try {
    let afterId = 0n;
    for (let round = 1; round <= MOST_ROUNDS && !work.searched; round += 1) {
      const { conversationIds, eventIds, lastId } = await look(erasure, dependencies, {
        afterId,
        isFirst: round === 1,
      });
      if (round > 1 && conversationIds.length + eventIds.length === 0) break;
      afterId = lastId;
      work.conversationIds.push(...conversationIds);
      await database.transaction(async (sql) => {
        await store.save(sql, erasure);
        await rememberErased(sql, work.conversationIds, work.visitorIds);
      });
      await eraseEvents(database, { conversationIds: work.conversationIds, eventIds }, onErased);
      work.endingLanes = await eraseConversations(database, work, async (sql, { erased, copies, endingLanes }) => {
        await store.add(sql, id, { erased, copies });
        await store.save(sql, { ...erasure, work: { ...work, endingLanes } });
      });
      if (work.endingLanes.length > 0) onEnding();
      await eraseCustomers(database, work.installationIds, certainNames(work.key, knownOf(work)), onErased);
    }
    work.searched = true;
    await store.save(database, erasure);
  } finally {
    clearInterval(renewal);
  }
}

/** Clocks of lanes and requests are the database's; a transaction may have begun this long before it is seen. In ms. */
const LONGEST_COMMIT_MS = 60_000;

/** What is new since the last look; `work` learns what the person is known by. */
async function look(
  { work, requestedAt }: Erasure,
  { database, sealed }: ErasingDependencies,
  { afterId, isFirst }: { afterId: bigint; isFirst: boolean },
) {
  const { key, installationIds } = work;
  const [newest] = await database.query<{ id: string | null }>(`SELECT max(id)::text AS id FROM event`);
  const foundBefore = new Set(work.conversationIds);
  const lanes = new Date(requestedAt.getTime() - LONGEST_COMMIT_MS);
  const newerThan = isFirst ? {} : { newerThan: { lanes, eventId: afterId } };
  const search = { key, installationIds, known: knownOf(work), foundBefore, ...newerThan };
  const { knownAs, conversationIds, eventIds } = await searchPerson(database, search, sealed);
  for (const name of NAMES) work[name] = [...knownAs[name]];
  const lastId = BigInt(newest?.id ?? 0) - LATE_COMMITS;
  return {
    conversationIds: [...conversationIds].filter((one) => !foundBefore.has(one)),
    eventIds,
    lastId: lastId > afterId ? lastId : afterId,
  };
}

/** True when nothing is left of the erasure to do: the ends of its chats arrived, or were tried for long enough. */
export async function finishErasure(
  { id, work }: Erasure,
  { database, store }: Pick<ErasingDependencies, 'database' | 'store'>,
): Promise<boolean> {
  const isOver = await dropEnded(database, work.endingLanes, (sql, erased) => store.add(sql, id, { erased }));
  if (isOver) await store.finish(id);
  return isOver;
}

/** Waits until that is so, or for `ms`. */
export async function untilFinished(
  erasure: Erasure,
  dependencies: Pick<ErasingDependencies, 'database' | 'store'>,
  ms: number,
): Promise<boolean> {
  const giveUpAt = performance.now() + ms;
  while (!(await finishErasure(erasure, dependencies))) {
    if (performance.now() > giveUpAt) return false;
    await pause(LOOK_AGAIN_MS);
  }
  return true;
}

const knownOf = ({ emails, externalIds, visitorIds }: ErasureWork): KnownAs => ({
  emails: new Set(emails),
  externalIds: new Set(externalIds),
  visitorIds: new Set(visitorIds),
});
