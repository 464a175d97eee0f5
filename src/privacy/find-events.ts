import { setImmediate as turn } from 'node:timers/promises';
import type { Sql } from '../persistence/database.ts';
import { mentions, type Needles } from './mentions.ts';

export interface FoundEvent {
  id: string;
  installationId: string | null;
  conversationId: string | null;
}

interface Row extends FoundEvent {
  body: Uint8Array;
}

/** Event ids looked through by one statement; their bodies are 256 KiB each at worst. */
const WINDOW = 2_000;

const NEXT = `SELECT min(id)::text AS "from" FROM event WHERE id > $1::bigint`;

// Only to leave out what cannot match: bodies may be escaped, or written in another way than JSON.
const SUSPECTS = `
SELECT id::text, installation_id AS "installationId", conversation_id AS "conversationId", body
  FROM event, LATERAL (SELECT lower(encode(body, 'escape')) AS text OFFSET 0) AS readable
 WHERE id >= $1::bigint AND id < $1::bigint + ${WINDOW} AND erased_at IS NULL
   AND (installation_id IS NULL OR installation_id = ANY($2::text[]))
   AND (EXISTS (SELECT FROM unnest($3::text[]) AS needle
                 WHERE position(lower(encode(convert_to(needle, 'UTF8'), 'escape')) IN text) > 0)
        OR position('\\\\' IN text) > 0 OR content_type IS NULL OR content_type NOT LIKE '%json%')
 ORDER BY id`;

/**
 * The stored events after `afterId` that name the person, those of no installation included. Reads all of them, off no
 * index: about a million in ten seconds, in short statements, beside everything else.
 */
export async function* findEvents(
  sql: Sql,
  needles: Needles,
  installationIds: readonly string[],
  afterId = 0n,
): AsyncGenerator<FoundEvent> {
  const words = [...needles.emails, ...needles.visitors, ...needles.externalIds, ...needles.numbers];
  let after = afterId;
  for (;;) {
    const [range] = await sql.query<{ from: string | null }>(NEXT, [String(after)]);
    if (range?.from == null) return;
    for (const { body, ...event } of await sql.query<Row>(SUSPECTS, [range.from, installationIds, words])) {
      if (mentions({ ...event, body }, needles)) yield event;
    }
    after = BigInt(range.from) + BigInt(WINDOW) - 1n;
    await turn();
  }
}
