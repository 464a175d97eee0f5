import type { Database, Sql } from '../persistence/database.ts';
import { alsoKnownAs, conversationIdOf } from './conversation-store.ts';
import type { ConversationSource, KnownConversation } from './conversation-source.ts';

/** How far back events are looked at for ids of the other kind. */
const LATEST_EVENTS = 200;

const NUMBER = /^\d+$/;

/** `another`: it is a conversation that we have under its other id, and is carried there. */
export type Identity = 'itself' | 'another';

/**
 * Whether a conversation that is about to be started is one that we have already: a source may announce the same one
 * twice, by a number and by another id, when events of both kinds are subscribed to. The number is the id that stays.
 * Whoever comes first takes the other id along, so that later events find it by either. Asks the source only while events
 * of both kinds come. Throws `SourceUnavailableError`.
 */
export async function identify(
  database: Database,
  source: Pick<ConversationSource, 'otherIds'>,
  conversation: KnownConversation,
): Promise<Identity> {
  const { id, installationId, sourceId } = conversation;
  // Only one of the two looks, else each could give way to the other.
  if (NUMBER.test(sourceId)) return 'itself';
  const known = await knownIdentity(database, id);
  if (known) return known;
  if (!(await numbersAreInUse(database, installationId))) return 'itself';
  const others = (await source.otherIds(conversation)).filter((other) => NUMBER.test(other));
  const [number] = others;
  if (number === undefined) return 'itself';
  const otherId = conversationIdOf({ installationId, sourceId: number });
  return database.transaction((sql) => settle(sql, { id, installationId }, otherId));
}

/** Another lane of it may have found out already. */
async function knownIdentity(sql: Sql, id: string): Promise<Identity | undefined> {
  const statement = `
    SELECT conversation.same_as IS NOT NULL AS another,
           EXISTS (SELECT 1 FROM conversation AS other WHERE other.same_as = conversation.id) AS identified
      FROM conversation WHERE conversation.id = $1`;
  const [row] = await sql.query<{ another: boolean; identified: boolean }>(statement, [id]);
  if (row?.another) return 'another';
  return row?.identified ? 'itself' : undefined;
}

const IS_BEGUN = `
SELECT 1 FROM delivery JOIN lane ON lane.id = delivery.lane_id
 WHERE conversation_id = $1 AND kind = 'start' AND prepared IS NOT NULL LIMIT 1`;

async function numbersAreInUse(sql: Sql, installationId: string): Promise<boolean> {
  const statement = `
    SELECT 1 FROM (SELECT conversation_id FROM event
                    WHERE installation_id = $1 AND erased_at IS NULL ORDER BY id DESC LIMIT $2) AS latest
     WHERE conversation_id ~ ':[0-9]+$' LIMIT 1`;
  return (await sql.query(statement, [installationId, LATEST_EVENTS])).length > 0;
}

/** Takes the number for this conversation while it is free; else this one gives way to what stands under the number. */
async function settle(sql: Sql, own: { id: string; installationId: string }, otherId: string): Promise<Identity> {
  // Lanes of it that start at the same time come one after the other.
  const locked = await sql.query(`SELECT id FROM conversation WHERE id = $1 FOR UPDATE`, [own.id]);
  // Erased: nothing is to be learned of it any more.
  if (locked.length === 0) return 'itself';
  const known = await knownIdentity(sql, own.id);
  if (known) return known;
  // Somebody talks in its own chats already: they are to be ended by its own events.
  if ((await sql.query(IS_BEGUN, [own.id])).length > 0) return 'itself';
  if (await alsoKnownAs(sql, own, [otherId])) return 'itself';
  const [other] = await sql.query<{ id: string }>(
    `SELECT COALESCE(same_as, id) AS id FROM conversation WHERE id = $1`,
    [otherId],
  );
  if (!other || other.id === own.id) return 'itself';
  await sql.query(
    `UPDATE conversation SET same_as = $2, closed_at = COALESCE(closed_at, now()), visitor_id = NULL, visitor_external_id = NULL
      WHERE id = $1`,
    [own.id, other.id],
  );
  return 'another';
}
