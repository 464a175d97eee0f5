import type { PrismaClient } from '../generated/prisma/client.ts';

/** Runs SQL with `$1` parameters on one session or on any of the pool. */
export interface Sql {
  query<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

/**
 * The one database of the process: PostgreSQL, or PGlite embedded in it.
 *
 * Rows are read and written through `prisma`. `sql` and `transaction` are for the statements Prisma cannot express:
 * the intake's insert, the planner and the lane engine.
 */
export interface Database extends Sql {
  readonly kind: 'postgres' | 'embedded';
  readonly prisma: PrismaClient;
  /** Commits when `work` resolves, rolls back when it throws. Inside, use only the `Sql` it is given. */
  transaction<Result>(work: (sql: Sql) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}
