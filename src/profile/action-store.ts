import type { Database, Sql } from '../persistence/database.ts';

export interface NoteRequest {
  installationId: string;
  conversationId: string;
  destinationId: string;
  key: string;
  text: string;
}

/** Hangs a note into a lane, inside the transaction it is given. */
export type EnqueueNote = (sql: Sql, note: NoteRequest) => Promise<'added' | 'no-chat' | 'chat-over'>;

const REMEMBER = `
INSERT INTO profile_action (conversation_id, action, success) VALUES ($1, $2, true) ON CONFLICT DO NOTHING`;
const DONE = `SELECT success FROM profile_action WHERE conversation_id = $1 AND action = $2`;

/** Carries profile actions out, each once per conversation. */
export function createActionStore(database: Database, enqueueNote: EnqueueNote) {
  const isDone = async (sql: Sql, conversationId: string, action: string): Promise<boolean> =>
    (await sql.query(DONE, [conversationId, action])).length > 0;

  return {
    isDone: (conversationId: string, action: string) => isDone(database, conversationId, action),
    /** The note and the memory of it in one transaction; what was done before is `added` and adds nothing. */
    async addNote(action: string, note: NoteRequest): Promise<'added' | 'no-chat' | 'chat-over'> {
      return database.transaction(async (sql) => {
        const outcome = await enqueueNote(sql, note);
        if (outcome === 'added') await sql.query(REMEMBER, [note.conversationId, action]);
        // The click before this one may have come through just before the chat ended.
        return outcome !== 'added' && (await isDone(sql, note.conversationId, action)) ? 'added' : outcome;
      });
    },
  };
}

export type ActionStore = ReturnType<typeof createActionStore>;
