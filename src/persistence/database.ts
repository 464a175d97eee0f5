import type { PrismaClient } from '../generated/prisma/client.ts';
import type { Notices } from './notices.ts';

/** Runs SQL with `$1` parameters on one session or on any of the pool. */
export interface Sql {
  /** Where the database is a server, one that does not answer within `limitMs` counts as gone, and so does its session. */
  query<Row extends object>(text: string, values?: readonly unknown[], limitMs?: number): Promise<Row[]>;
}

/** What cannot fail on its way out: behind it others are sent already. */
export type PlainValue = string | number | boolean | null | readonly string[];

/** On the session of one transaction. */
export interface Transaction extends Sql {
  /**
   * Sends a statement for whose answer nobody waits; they run in the order in which they were given. When it fails, the
   * next one that is waited for fails, or the transaction.
   */
  post(text: string, values?: readonly PlainValue[]): void;
  /**
   * Runs behind the commit, not within it, on the same way to the database; it must be harmless where the commit fails.
   * Answered once the transaction has resolved; where that has thrown, it is not to be waited for.
   */
  afterwards<Row extends object>(text: string, values?: readonly PlainValue[]): Promise<Row[]>;
}

/**
 * The one database of the thread: PostgreSQL, or PGlite embedded in it.
 *
 * Rows are read and written through `prisma`. `sql` and `transaction` are for the statements Prisma cannot express:
 * the intake's insert, the planner and the lane engine.
 */
export interface Database extends Sql {
  readonly kind: 'postgres' | 'embedded';
  readonly prisma: PrismaClient;
  readonly notices: Notices;
  /**
   * Commits when `work` resolves, rolls back when it throws. Inside, use only the `Sql` it is given. `work` runs again
   * when the database rolled it back to end a deadlock, so what it leaves in memory must be what its last run left.
   * `limitMs`: for each statement and for each silence between two; a process that was stopped in between must not hold
   * its rows for long.
   */
  transaction<Result>(work: (sql: Transaction) => Promise<Result>, limitMs?: number): Promise<Result>;
  close(): Promise<void>;
}

/** Below a lease's end, and, with the wait for a connection, below the time a sender waits for its answer. In ms. */
const PROMPT_MS = 4_000;

/** The same database for work that somebody waits for: one that hangs is an error before it is a standstill. */
export function promptly(database: Database): Database {
  return {
    ...database,
    query: (text, values) => database.query(text, values, PROMPT_MS),
    transaction: (work) => database.transaction(work, PROMPT_MS),
  };
}
