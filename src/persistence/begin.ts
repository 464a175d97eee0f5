import type { Sql } from './database.ts';

/** Begins a transaction. `limitMs`: for each of its statements and for each silence between two. */
export async function begin(session: Sql, limitMs: number | undefined): Promise<void> {
  const begun = session.query('BEGIN');
  const limited = limitMs === undefined ? [] : session.query(LIMITS, [String(limitMs)]);
  await Promise.all([begun, limited]);
}

const LIMITS = `SELECT set_config('statement_timeout', $1, true), set_config('idle_in_transaction_session_timeout', $1, true)`;

const ONLY_READS = /^\s*SELECT\b/;

/**
 * The session inside the transaction that is being begun. What only reads goes along with BEGIN and saves a trip: should
 * BEGIN fail, it has been carried out by itself, and nothing came of it. Everything else waits for BEGIN.
 */
export function behindBegin(session: Sql, begun: Promise<void>): Sql {
  let mayGo = false;
  let othersWait = false;
  begun.then(
    () => (mayGo = true),
    () => undefined,
  );
  return {
    async query<Row extends object>(text: string, values?: readonly unknown[], limitMs?: number) {
      if (!mayGo && (othersWait || !ONLY_READS.test(text))) {
        othersWait = true;
        await begun;
      }
      const answer = session.query<Row>(text, values, limitMs);
      await Promise.all([begun, answer]);
      return answer;
    },
  };
}
