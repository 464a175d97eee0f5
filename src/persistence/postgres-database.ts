import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from '../generated/prisma/client.ts';
import type { Database, Sql } from './database.ts';
import { migrate } from './migrate.ts';

const POOL_SIZE = 20;
const CONNECT_TIMEOUT_MS = 5_000;

function onClient(client: pg.ClientBase | pg.Pool): Sql {
  return {
    query: async <Row extends object>(text: string, values: readonly unknown[] = []) =>
      (await client.query<Row & pg.QueryResultRow>(text, [...values])).rows,
  };
}

/** Opens a pool on PostgreSQL 15 or newer and applies the missing migrations. */
export async function openPostgres(connectionString: string): Promise<Database> {
  const pool = new pg.Pool({ connectionString, max: POOL_SIZE, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  // Without a listener an idle connection that PostgreSQL ends would end this process; the pool replaces it by itself.
  pool.on('error', () => undefined);
  try {
    await migrateOnOneClient(pool);
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
      try {
        await client.query('BEGIN');
        const result = await work(onClient(client));
        await client.query('COMMIT');
        return result;
      } catch (error) {
        // A connection that cannot even roll back is dead: it must not go back into the pool.
        await client.query('ROLLBACK').catch(() => (broken = true));
        throw error;
      } finally {
        client.release(broken);
      }
    },
    async close() {
      await prisma.$disconnect();
      await pool.end();
    },
  };
}

async function migrateOnOneClient(pool: pg.Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await migrate({ ...onClient(client), script: async (text) => void (await client.query(text)) });
  } finally {
    client.release();
  }
}
