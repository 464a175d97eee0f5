import pg from 'pg';

/** The same server, another database. */
export function postgresUrl(databaseUrl: string, database: string): string {
  const url = new URL(databaseUrl);
  url.pathname = `/${database}`;
  return url.href;
}

/** A connection to the server's own database, for creating and dropping others. */
export async function withAdminClient<Result>(
  databaseUrl: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  return withClient(postgresUrl(databaseUrl, 'postgres'), work);
}

export async function withClient<Result>(
  databaseUrl: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const WAITING = `
SELECT count(DISTINCT locks.pid)::int AS sessions FROM pg_locks AS locks JOIN pg_stat_activity AS own USING (pid)
 WHERE own.datname = current_database() AND NOT locks.granted`;

/** Of the client's database: those whose statement waits for a lock. */
export async function sessionsThatWait(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ sessions: number }>(WAITING);
  return rows[0]?.sessions ?? 0;
}
