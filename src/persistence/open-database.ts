import type { Database } from './database.ts';
import { openEmbedded } from './embedded-database.ts';
import { openPostgres } from './postgres-database.ts';

export interface DatabaseOptions {
  /** PostgreSQL's address; undefined = embedded. */
  databaseUrl?: string | undefined;
  /** Of PostgreSQL, at most. */
  connections?: number;
  /** Where the embedded database lives. */
  dataDir: string;
}

/** Opens the database and applies every migration that is missing. Throws with a sentence a newcomer can act on. */
export function openDatabase(options: DatabaseOptions): Promise<Database> {
  return options.databaseUrl === undefined
    ? openEmbedded(options.dataDir)
    : openPostgres(options.databaseUrl, options.connections);
}
