import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from '../generated/prisma/client.ts';
import type { Database, Sql } from './database.ts';
import { migrate } from './migrate.ts';

const POOL_SIZE = 20;

/** A server that stops answering must not keep a planner or a lane's row for ever. All times in ms. */
const TIMEOUTS = {
  connectionTimeoutMillis: 5_000,
  query_timeout: 35_000,
  statement_timeout: 30_000,
  idle_in_transaction_session_timeout: 30_000,
  keepAlive: true,
};

const ignore = (): void => undefined;

function onClient(client: pg.ClientBase | pg.Pool): Sql {
  return {
    query: async <Row extends object>(text: string, values: readonly unknown[] = []) =>
      (await client.query<Row & pg.QueryResultRow>(text, [...values])).rows,
  };
}

/** Opens a pool on PostgreSQL 15 or newer and applies the missing migrations. */
export async function openPostgres(connectionString: string): Promise<Database> {
  const pool = new pg.Pool({ connectionString, max: POOL_SIZE, ...TIMEOUTS });
  // Without a listener an idle connection that PostgreSQL ends would end this process; the pool replaces it by itself.
  pool.on('error', ignore);
  try {
    await migrateOnOwnConnection(connectionString);
  } catch (error) {
    await pool.end();
    throw error;
  }
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });

  return {
    kind: 'postgres',
    prisma,
    ...onClient(pool),
    async transaction(work) {
      const client = await pool.connect();
      let broken = false;
      // The pool listens to idle connections only: one that is lost at work would end this process otherwise.
      const lost = (): void => void (broken = true);
      client.on('error', lost);
      try {
        await client.query('BEGIN');
        const result = await work(onClient(client));
        await client.query('COMMIT');
        return result;
      } catch (error) {
        // A connection that cannot even roll back is dead: it must not go back into the pool.
        await client.query('ROLLBACK').catch(lost);
        throw error;
      } finally {
        client.removeListener('error', lost);
        client.release(broken);
      }
    },
    async close() {
      await prisma.$disconnect();
      await pool.end();
    },
  };
}

/** Without the time-outs of everyday queries: a migration may take as long as it needs. */
async function migrateOnOwnConnection(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: TIMEOUTS.connectionTimeoutMillis });
  client.on('error', ignore);
  await client.connect();
  try {
    await migrate({ ...onClient(client), script: async (text) => void (await client.query(text)) });
  } finally {
    await client.end();
  }
}
