import type { Sql } from '../persistence/database.ts';
import type { SealedVisitors } from './conversation-identities.ts';
import { findEvents } from './find-events.ts';
import { findPerson, theirsAmong } from './find-person.ts';
import { needlesOf } from './mentions.ts';
import { type KnownAs, nobody, type PersonKey } from './person-key.ts';

export interface PersonSearch {
  key: PersonKey;
  installationIds: readonly string[];
  /** What was found out before, when its rows may be gone already. */
  known?: KnownAs;
  /** Their conversations that are found already. */
  foundBefore?: ReadonlySet<string>;
  /** Only what is newer; everything unless told. */
  newerThan?: { lanes: Date; eventId: bigint };
}

export interface PersonFound {
  knownAs: KnownAs;
  /** By every id of theirs. */
  conversationIds: Set<string>;
  /** Events that name the person and no conversation. */
  eventIds: string[];
}

/** Everything that is kept of a person: what the chats were told, and every stored event that names them. */
export async function searchPerson(sql: Sql, search: PersonSearch, sealed: SealedVisitors): Promise<PersonFound> {
  const { key, installationIds, known = nobody(), foundBefore = new Set<string>(), newerThan } = search;
  const { knownAs, conversationIds } = await findPerson(sql, key, installationIds, sealed, {
    known,
    since: newerThan?.lanes,
  });
  const needles = needlesOf(key, knownAs, [...foundBefore, ...conversationIds]);
  const eventIds: string[] = [];
  const named = new Set<string>();
  for await (const { id, conversationId } of findEvents(sql, needles, installationIds, newerThan?.eventId)) {
    if (conversationId === null) eventIds.push(id);
    else if (!foundBefore.has(conversationId)) named.add(conversationId);
  }
  for (const id of await theirsAmong(sql, named, knownAs, sealed)) conversationIds.add(id);
  return { knownAs, conversationIds, eventIds };
}
