import path from 'node:path';
import { PGlite, type Transaction as PgliteTransaction } from '@electric-sql/pglite';
import { PrismaPGlite } from 'pglite-prisma-adapter';
import { PrismaClient } from '../generated/prisma/client.ts';
import { lockDataFolder } from './data-folder-lock.ts';
import type { Database, Sql, Transaction } from './database.ts';
import { migrate } from './migrate.ts';
import { createLocalNotices } from './notices.ts';
import { type PostedStatements, postingOn } from './posted-statements.ts';

/** PGlite has no autovacuum and does not limit its write-ahead log by itself. */
const UPKEEP_EVERY_MS = 5 * 60_000;

/**
 * PGlite's defaults turn fsync off. Opening the log with O_DSYNC makes every commit reach the disk before it is
 * acknowledged; the small buffer keeps the process near 200 MB.
 */
const START_PARAMETERS = [
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'),
  '-c',
  'wal_sync_method=open_datasync',
  '-c',
  'shared_buffers=16MB',
];

export interface EmbeddedSource {
  /** A dump to start from instead of an empty database (tests). */
  loadDataDir?: Blob;
}

function onSession(session: PGlite | PgliteTransaction): Sql {
  return {
    query: async <Row extends object>(text: string, values: readonly unknown[] = []) =>
      (await session.query<Row>(text, [...values])).rows,
  };
}

/** Opens PGlite under `<dataDir>/db`, guarded by our own lock, and applies the missing migrations. */
export async function openEmbedded(dataDir: string): Promise<Database> {
  const release = await lockDataFolder(dataDir);
  try {
    const pglite = await PGlite.create(path.join(dataDir, 'db'), { startParams: START_PARAMETERS });
    return await wrapPglite(pglite, release);
  } catch (error) {
    release();
    throw error;
  }
}

/** An embedded database that lives in memory only, for tests. */
export async function openInMemory(source: EmbeddedSource = {}): Promise<Database> {
  return wrapPglite(await PGlite.create('memory://', source), () => undefined);
}

async function wrapPglite(pglite: PGlite, release: () => void): Promise<Database> {
  await migrate({ ...onSession(pglite), script: async (text) => void (await pglite.exec(text)) });
  const prisma = new PrismaClient({ adapter: new PrismaPGlite(pglite) });
  const upkeep = setInterval(() => void tidy(pglite).catch(() => undefined), UPKEEP_EVERY_MS);
  upkeep.unref();

  return {
    kind: 'embedded',
    prisma,
    notices: createLocalNotices(),
    ...onSession(pglite),
    transaction: (work) => inTransaction(pglite, work),
    async close() {
      clearInterval(upkeep);
      await prisma.$disconnect();
      await pglite.close();
      release();
    },
  };
}

async function inTransaction<Result>(pglite: PGlite, work: (sql: Transaction) => Promise<Result>): Promise<Result> {
  let sql: PostedStatements | undefined;
  const result = await pglite.transaction(async (session) => {
    sql = postingOn(onSession(session));
    const done = await work(sql);
    await sql.settle();
    return done;
  });
  await sql?.runAfterwards(onSession(pglite));
  return result;
}

/** One statement at a time: PostgreSQL refuses VACUUM among others. */
export async function tidy(pglite: Pick<PGlite, 'exec'>): Promise<void> {
  await pglite.exec('VACUUM');
  await pglite.exec('CHECKPOINT');
}
