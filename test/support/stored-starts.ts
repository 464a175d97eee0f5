import type { ReadStoredEvent } from '../../src/bridge/event-queue.ts';
import type { Sql } from '../../src/persistence/database.ts';

/** Installations `ha-<n>` with one destination, `a`. */
export async function addShops(sql: Sql, websiteIds: readonly number[]): Promise<void> {
  const statement = `
    INSERT INTO installation (id, platform, website_id, label, settings, secrets, client_id)
    SELECT 'ha-' || n, 'ha', n, 'Shop', '{"destinations":[{"id":"a"}]}', '', 1 FROM unnest($1::int[]) AS n`;
  await sql.query(statement, [websiteIds]);
}

/**
 * Stores starts that are due, in that order: each of the conversation of its name, which is its body. Not since just now:
 * the column rounds to whole milliseconds, up as well.
 */
export async function addStarts(sql: Sql, installationId: string, names: readonly string[]): Promise<void> {
  const statement = `
    INSERT INTO event (dedupe_key, body_hash, source, status, body, installation_id, conversation_id, plan_after)
    VALUES ($1, $1, 'webhook', 'accepted', convert_to($1, 'UTF8'), $2, $2 || ':' || $1, now() - interval '1 ms')`;
  for (const name of names) await sql.query(statement, [name, installationId]);
}

export const readStart: ReadStoredEvent = (_source, _contentType, body) => ({
  event: { kind: 'conversation-started', conversationId: Buffer.from(body).toString(), occurredAt: new Date() },
  clientId: undefined,
});

/** Names of the events that are planned, in the order of the alphabet. */
export async function plannedNames(sql: Sql): Promise<string[]> {
  const done = `SELECT dedupe_key AS name FROM event WHERE planned_at IS NOT NULL ORDER BY dedupe_key`;
  return (await sql.query<{ name: string }>(done)).map(({ name }) => name);
}
