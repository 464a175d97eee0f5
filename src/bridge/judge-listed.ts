import type { ListedConversation } from './conversation-list.ts';

/**
 * Why a listed conversation that no event told of is not bridged.
 * - before: it began before this installation.
 * - fresh: the sender may still tell.
 * - waiting: nobody talks to the visitor yet.
 * - unsure-when, unsure-which: it may have begun before this installation, or be one that we have under another id.
 */
export type Passed = 'before' | 'fresh' | 'waiting' | 'unsure-when' | 'unsure-which';

export interface JudgedAgainst {
  now: Date;
  /** Nothing that began earlier is this installation's. */
  floor: Date;
  /** How long the sender may still tell of something, in ms. */
  graceMs: number;
  /** Ids of events and of the list were seen not to fit together. */
  idsMisfit: boolean;
  /** When those conversations began that events told of and the list does not have. */
  unplaced: readonly Date[];
}

/** Two reports of one start lie no further apart. */
const SAME_START_MS = 10 * 60_000;

/** Undefined: it is to be bridged. In doubt it is not. */
export function judgeListed(listed: ListedConversation, against: JudgedAgainst): Passed | undefined {
  const { earliest, latest } = listed.startedAt;
  const { now, floor, graceMs, idsMisfit, unplaced } = against;
  if (latest < floor) return 'before';
  if (earliest < floor) return 'unsure-when';
  // It is left anyhow, so its exact time is not worth asking for.
  if (idsMisfit) return earliest.getTime() + graceMs > now.getTime() ? 'fresh' : 'unsure-which';
  if (latest.getTime() + graceMs > now.getTime()) return 'fresh';
  if (listed.waiting && !listed.closedAt) return 'waiting';
  const mayBe = (other: Date): boolean =>
    other.getTime() >= earliest.getTime() - SAME_START_MS && other.getTime() <= latest.getTime() + SAME_START_MS;
  return unplaced.some(mayBe) ? 'unsure-which' : undefined;
}

/** Whether it is known for certain when it began. */
export const isExact = ({ startedAt }: ListedConversation): boolean =>
  startedAt.earliest.getTime() === startedAt.latest.getTime();

/** Whether a close is old enough to be told by us: the sender tells more of it, such as who took part. */
export function mayTellClose({ closedAt }: ListedConversation, now: Date, graceMs: number): boolean {
  return closedAt !== undefined && closedAt.earliest.getTime() + graceMs <= now.getTime();
}
