import type { Database } from './database.ts';

/** While one of them is off, PostgreSQL says that a commit is done before it is on disk. */
const SETTINGS = ['synchronous_commit', 'fsync'] as const;

const SWITCHED_OFF = `SELECT name FROM pg_settings WHERE name = ANY($1::text[]) AND setting = 'off' ORDER BY name`;

/** The server's settings, as they hold for our sessions, by which a crash of it can lose what was answered with 2xx. */
export async function settingsThatLoseCommits(database: Database): Promise<string[]> {
  // The embedded one says nothing true of itself here: it is as safe as the folder it writes into.
  if (database.kind === 'embedded') return [];
  return (await database.query<{ name: string }>(SWITCHED_OFF, [SETTINGS])).map(({ name }) => name);
}
