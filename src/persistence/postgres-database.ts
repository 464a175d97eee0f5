import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from '../generated/prisma/client.ts';
import { begin, behindBegin } from './begin.ts';
import type { Database, Sql, Transaction } from './database.ts';
import { isOverdue, isReadOnly } from './database-faults.ts';
import { GatheringSocket } from './gathering-socket.ts';
import { insisting } from './insisting.ts';
import { migrate } from './migrate.ts';
import { createSharedNotices } from './notices.ts';
import { postingOn } from './posted-statements.ts';

const DEFAULT_CONNECTIONS = 20;

/** A server that stops answering must not keep a planner or a lane's row for ever. All times in ms. */
const TIMEOUTS = {
  connectionTimeoutMillis: 5_000,
  query_timeout: 35_000,
  statement_timeout: 30_000,
  idle_in_transaction_session_timeout: 30_000,
  keepAlive: true,
  // The system's own default is two hours.
  keepAliveInitialDelayMillis: 10_000,
};

const ignore = (): void => undefined;

/** Texts of the code; more than these are made up at run time, and not worth keeping. */
const MOST_PREPARED = 400;
const preparedNames = new Map<string, string>();

/** PostgreSQL plans a statement with a name once per connection instead of every time; it must be one statement. */
function preparedName(text: string): string | undefined {
  if (text.includes(';')) return undefined;
  let name = preparedNames.get(text);
  if (name === undefined && preparedNames.size < MOST_PREPARED) {
    name = `connector_${preparedNames.size + 1}`;
    preparedNames.set(text, name);
  }
  return name;
}

/** `limitMs`: what holds for a statement that names none. */
function onClient(client: pg.ClientBase | pg.Pool, limitMs?: number): Sql {
  return {
    async query<Row extends object>(text: string, values: readonly unknown[] = [], ownLimitMs = limitMs) {
      const name = preparedName(text);
      const statement = {
        text,
        values: [...values],
        ...(name !== undefined && { name }),
        ...(ownLimitMs !== undefined && { query_timeout: ownLimitMs }),
      };
      const { rows, command } = await client.query<Row & pg.QueryResultRow>(statement);
      // So PostgreSQL answers where a statement before it failed, whoever took that for well.
      if (text === 'COMMIT' && command !== text)
        throw new Error('the transaction was rolled back: a statement of it failed');
      return rows;
    },
  };
}

const TRIES = 5;

/** Opens a pool on PostgreSQL 15 or newer and applies the missing migrations. */
export async function openPostgres(connectionString: string, connections = DEFAULT_CONNECTIONS): Promise<Database> {
  const stream = (): GatheringSocket => new GatheringSocket();
  const pool = new pg.Pool({ connectionString, max: connections, pipeline: true, stream, ...TIMEOUTS });
  // Without a listener an idle connection that PostgreSQL ends would end this process; the pool replaces it by itself.
  pool.on('error', ignore);
  // Nor may one that is ended while it passes from one statement to the next: for that moment nobody else listens.
  pool.on('connect', (client) => client.on('error', ignore));
  try {
    await migrateOnOwnConnection(connectionString);
  } catch (error) {
    await pool.end();
    throw error;
  }
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  const anywhere = onClient(pool);
  const notices = createSharedNotices(pool, () => openSession(connectionString));

  return {
    kind: 'postgres',
    prisma,
    notices,
    query: (text, values, limitMs) => insisting(TRIES, () => anywhere.query(text, values, limitMs)),
    transaction: (work, limitMs) => insisting(TRIES, () => onOneClient(pool, work, limitMs)),
    async close() {
      await notices.close();
      await prisma.$disconnect();
      await pool.end();
    },
  };
}

async function onOneClient<Result>(
  pool: pg.Pool,
  work: (sql: Transaction) => Promise<Result>,
  limitMs: number | undefined,
): Promise<Result> {
  const client = await pool.connect();
  let broken = false;
  // The pool listens to idle connections only: one that is lost at work would end this process otherwise.
  const lost = (): void => void (broken = true);
  client.on('error', lost);
  const anytime = onClient(client, limitMs);
  const begun = begin(anytime, limitMs);
  const within = behindBegin(anytime, begun);
  const sql = postingOn(within);
  try {
    const result = await work(sql);
    // Together: where one that was posted fails, COMMIT rolls back.
    const settled = sql.settle();
    const committed = within.query('COMMIT');
    const ranAfterwards = sql.runAfterwards(within, lost);
    committed.catch(ignore);
    await settled;
    await committed;
    await ranAfterwards;
    return result;
  } catch (error) {
    // A connection that cannot even roll back is dead: it must not go back into the pool. One that just kept us waiting is
    // not asked for more, and one that may not write has to be made anew.
    if (isOverdue(error) || isReadOnly(error)) lost();
    else {
      // What waits for BEGIN leaves then: behind ROLLBACK it would be carried out by itself.
      await begun.catch(ignore);
      await anytime.query('ROLLBACK').catch(lost);
    }
    throw error;
  } finally {
    client.removeListener('error', lost);
    client.release(broken);
  }
}

/** Without the time-outs of everyday queries: a migration may take as long as it needs. */
async function migrateOnOwnConnection(connectionString: string): Promise<void> {
  const client = await openSession(connectionString);
  try {
    await migrate({ ...onClient(client), script: async (text) => void (await client.query(text)) });
  } finally {
    await client.end();
  }
}

async function openSession(connectionString: string): Promise<pg.Client> {
  const { connectionTimeoutMillis, keepAlive, keepAliveInitialDelayMillis } = TIMEOUTS;
  const client = new pg.Client({ connectionString, connectionTimeoutMillis, keepAlive, keepAliveInitialDelayMillis });
  client.on('error', ignore);
  await client.connect();
  return client;
}
