import type { Sql } from '../persistence/database.ts';
import { lockConversation } from './conversation-store.ts';
import { enqueue, type LaneAddress, laneIdOf } from './enqueue.ts';
import { NOTICE_PREFIX } from './render-message.ts';

/** `no-chat`: the conversation was never carried there. `chat-over`: it closed, and nobody would read the note. */
export type NoteOutcome = 'added' | 'no-chat' | 'chat-over';

/**
 * Hangs a note into the lane of a conversation, inside the caller's transaction. A key that the lane has already adds
 * nothing and is `added` too. The conversation stays locked until the transaction ends, so callers come one at a time.
 */
export async function enqueueNote(
  sql: Sql,
  lane: LaneAddress,
  note: { key: string; text: string; expiresInMs: number },
): Promise<NoteOutcome> {
  const conversation = await lockConversation(sql, lane.conversationId);
  if (!conversation) return 'no-chat';
  // It may have been asked for by another of the conversation's ids.
  const own = { ...lane, conversationId: conversation.id };
  const statement = `SELECT id FROM lane WHERE id = $1 AND installation_id = $2`;
  const [row] = await sql.query(statement, [laneIdOf(own), own.installationId]);
  if (!row) return 'no-chat';
  if (conversation.closed) return 'chat-over';
  const payload = { author: 'notice' as const, text: `${NOTICE_PREFIX} ${note.text}` };
  const { key, expiresInMs } = note;
  await enqueue(sql, own, [{ key, kind: 'message', payload, expiresInMs }], null);
  return 'added';
}
