import type { Sql } from '../persistence/database.ts';
import { allIdentities, identitiesOf, isOfToday, type SealedVisitors } from './conversation-identities.ts';
import { ownIds, withOtherIds } from './other-ids.ts';
import { isSomebodyElse, type KnownAs, learn, nobody, type PersonKey } from './person-key.ts';

export interface FoundPerson {
  /** Ids "ha-123:456", with every other id of theirs. */
  conversationIds: Set<string>;
  knownAs: KnownAs;
}

const OF_VISITORS = `
SELECT id FROM conversation WHERE installation_id = ANY($1::text[]) AND visitor_id = ANY($2::text[])`;
const OF_EXTERNAL_ID = `
SELECT id FROM conversation WHERE installation_id = ANY($1::text[]) AND visitor_external_id = $2`;

const SET_OF = { email: 'emails', externalId: 'externalIds', visitorId: 'visitorIds' } as const;

/**
 * The conversations of a person, as far as the tables of the bridge tell: those that name them, and those of the same
 * browser that name nobody else. `known`: what was found out before, when its rows may be gone already;
 * `since`: of everything before, too.
 */
export async function findPerson(
  sql: Sql,
  key: PersonKey,
  installationIds: readonly string[],
  sealed: SealedVisitors,
  { known = nobody(), since }: { known?: KnownAs; since?: Date | undefined } = {},
): Promise<FoundPerson> {
  const idsOf = async (statement: string, value: unknown): Promise<string[]> =>
    (await sql.query<{ id: string }>(statement, [installationIds, value])).map(({ id }) => id);

  const knownAs = nobody();
  learn(knownAs, known);
  knownAs[SET_OF[key.by]].add(key.value);
  const conversationIds = new Set<string>();

  if (key.by === 'visitorId') {
    for (const id of await idsOf(OF_VISITORS, [key.value])) conversationIds.add(id);
  } else {
    for await (const one of allIdentities(sql, installationIds, sealed, since)) {
      if (!one.knownAs[SET_OF[key.by]].has(key.value)) continue;
      conversationIds.add(one.conversationId);
      learn(knownAs, one.knownAs);
    }
  }
  if (key.by === 'externalId') {
    // An event's own word for who it is, where no chat was told better.
    const named = (await idsOf(OF_EXTERNAL_ID, key.value)).filter((id) => !isOfToday(id));
    for (const id of await theirsAmong(sql, named, knownAs, sealed)) conversationIds.add(id);
  }

  const ofBrowsers = key.by === 'visitorId' ? [] : await idsOf(OF_VISITORS, [...knownAs.visitorIds]);
  for (const id of await theirsAmong(sql, ofBrowsers, knownAs, sealed)) conversationIds.add(id);
  return { conversationIds: await withOtherIds(sql, conversationIds), knownAs };
}

/** Those of them that name nobody else, with every other id of theirs. */
export async function theirsAmong(
  sql: Sql,
  conversationIds: Iterable<string>,
  knownAs: KnownAs,
  sealed: SealedVisitors,
): Promise<Set<string>> {
  const own = await ownIds(sql, conversationIds);
  const identities = await identitiesOf(sql, [...own], sealed);
  return withOtherIds(
    sql,
    [...own].filter((id) => !isSomebodyElse(knownAs, identities.get(id) ?? nobody())),
  );
}
