import type { PrismaClient } from '../generated/prisma/client.ts';
import { openEmbedded } from './embedded-database.ts';
import { openPostgres } from './postgres-database.ts';

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

export interface DatabaseOptions {
  /** PostgreSQL's address; undefined = embedded. */
  databaseUrl?: string | undefined;
  /** Where the embedded database lives. */
  dataDir: string;
}

/** Opens the database and applies every migration that is missing. Throws with a sentence a newcomer can act on. */
export function openDatabase(options: DatabaseOptions): Promise<Database> {
  return options.databaseUrl === undefined ? openEmbedded(options.dataDir) : openPostgres(options.databaseUrl);
}
