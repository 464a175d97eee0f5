import { setTimeout as pause } from 'node:timers/promises';
import type { ListedConversation } from './conversation-list.ts';
import type { Unreadable } from './conversation-source.ts';
import { conversationIdOf, sourceIdOf } from './conversation-store.ts';
import { type HeardConversation, heardAmong, toldBetween } from './heard-store.ts';
import { isExact, judgeListed, type JudgedAgainst, mayTellClose, type Passed } from './judge-listed.ts';
import { checkLongOpen } from './long-open.ts';
import { createFoundBatch } from './found-batch.ts';
import { readList } from './read-list.ts';
import type { ReconcileLease } from './reconcile-store.ts';
import type { RoundDependencies } from './reconcile-timings.ts';

/** What one look came to, in conversations. */
export type RoundCounts = Record<'listed' | 'unreadable' | 'found' | 'closed' | Passed, number>;

/** `complete`: nothing is left over for a round that follows at once. `unsure`: ids in doubt, for the operator. */
export type RoundResult = { counts: RoundCounts; complete: boolean; unsure: string[] } | { unreadable: Unreadable };

/** Calls about single conversations in one round; what is left over comes with the next. */
const MOST_CALLS = 300;

/**
 * Compares the source's list with what events told of, and plans what is missing. Repeating it changes nothing. The
 * cursor moves in the transaction that commits the last of it. Throws `SourceUnavailableError`,
 * `ReconcileLeaseLostError`, and the reason of `stopping` when that aborts.
 */
export async function reconcileRound(lease: ReconcileLease, dependencies: RoundDependencies): Promise<RoundResult> {
  const { list, timings, stopping } = dependencies;
  const { installationId, now, floor } = lease;
  const from = new Date(Math.max(lease.cursor.getTime() - timings.overlapMs, floor.getTime()));
  const listing = await readList(list, installationId, from, now);
  if (!('listed' in listing)) return listing;
  const { listed, unreadable, to } = listing;
  const { against, heardAs, idsFit } = await compare(listed, { lease, from, to }, dependencies);

  const passed: Record<Passed, string[]> = {
    before: [],
    fresh: [],
    waiting: [],
    'unsure-when': [],
    'unsure-which': [],
  };
  const batch = createFoundBatch(lease, dependencies);
  let calls = 0;
  /** The same with exact times; undefined when it is gone or no longer ours to see. */
  const readAlone = async ({ ids }: ListedConversation): Promise<ListedConversation | undefined> => {
    stopping.throwIfAborted();
    calls += 1;
    await pause(timings.paceMs);
    const answer = await list.one({ installationId, ids });
    return 'unreadable' in answer ? undefined : { ...answer, ids };
  };

  for (const one of listed) {
    if (calls >= MOST_CALLS) break;
    const heard = heardAs(one);
    if (heard) {
      if (!heard.planned || !heard.open || !mayTellClose(one, now, timings.graceMs)) continue;
      const exact = await readAlone(one);
      if (exact?.closedAt) await batch.addClose(exact, sourceIdOf(heard.id, installationId));
      continue;
    }
    const roughly = judgeListed(one, against);
    // What the list alone decides costs no call; a time in doubt may be told by the conversation's own messages.
    const decided = roughly === 'before' || against.idsMisfit || (roughly !== undefined && isExact(one));
    const exact = decided ? one : await readAlone(one);
    if (!exact) continue;
    const why = judgeListed(exact, against);
    if (why) passed[why].push(one.ids[0]);
    else await batch.addFound(exact);
  }
  const complete = calls < MOST_CALLS;
  const planned = await batch.finish(complete ? { cursor: to, idsFit } : undefined);
  const closedLater = await checkLongOpen(lease, from, dependencies);

  const count = (why: Passed): number => passed[why].length;
  return {
    counts: {
      listed: listed.length,
      unreadable,
      found: planned.found,
      closed: planned.closed + closedLater,
      before: count('before'),
      fresh: count('fresh'),
      waiting: count('waiting'),
      'unsure-when': count('unsure-when'),
      'unsure-which': count('unsure-which'),
    },
    complete: complete && to.getTime() === now.getTime(),
    unsure: [...passed['unsure-when'], ...passed['unsure-which']],
  };
}

interface Window {
  lease: ReconcileLease;
  from: Date;
  to: Date;
}

/** Which of the listed conversations we have, and by what the others are judged. */
async function compare(
  listed: readonly ListedConversation[],
  { lease, from, to }: Window,
  { database, list, timings }: RoundDependencies,
) {
  const { installationId, now, floor } = lease;
  const idOf = (sourceId: string): string => conversationIdOf({ installationId, sourceId });
  const ids = listed.flatMap((one) => one.ids.map(idOf));
  const heard = await heardAmong(database, ids);
  const heardAs = (one: ListedConversation): HeardConversation | undefined =>
    one.ids.map((id) => heard.get(idOf(id))).find((known) => known !== undefined);

  const placed = new Set([...heard.values()].map(({ id }) => id));
  const told = (await toldBetween(database, installationId, from, to)).filter(({ channel }) =>
    list.lists(channel ?? undefined),
  );
  const unplaced = told.filter(({ id }) => !placed.has(id)).map(({ startedAt }) => startedAt);
  // Nothing told lately: what was seen last holds.
  const idsFit = told.length === 0 ? lease.idsFit : unplaced.length < told.length;
  const against: JudgedAgainst = { now, floor, graceMs: timings.graceMs, idsMisfit: idsFit === false, unplaced };
  return { against, heardAs, idsFit };
}
