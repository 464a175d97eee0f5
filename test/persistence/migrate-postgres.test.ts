import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { openDatabase } from '../../src/persistence/open-database.ts';
import { migrate } from '../../src/persistence/migrate.ts';
import { createEmptyPostgres, openEmptyDatabase, openSession } from './migration-session.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PRISMA = fileURLToPath(new URL('../../node_modules/prisma/build/index.js', import.meta.url));
const PRISMA_TIMEOUT_MS = 120_000;

/** Runs Prisma's own command on a database and returns what it printed; throws when it fails. */
async function prisma(url: string, ...command: string[]): Promise<string> {
  const environment = { ...process.env, DATABASE_URL: url, CHECKPOINT_DISABLE: '1' };
  const options = { cwd: ROOT, env: environment, timeout: PRISMA_TIMEOUT_MS };
  return (await promisify(execFile)(process.execPath, [PRISMA, ...command], options)).stdout;
}

test('Whoever applies a migration keeps the book that Prisma keeps', async () => {
  const database = await openEmptyDatabase();
  const [name = ''] = await migrate(database);
  const rows = await database.query<Record<string, unknown>>('SELECT * FROM "_prisma_migrations"');
  expect(rows).toContainEqual({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
    migration_name: name,
    started_at: expect.any(Date),
    finished_at: expect.any(Date),
    rolled_back_at: null,
    logs: null,
    applied_steps_count: 1,
  });
  await database.close();
});

const databaseUrl = process.env['DATABASE_URL'];
if (databaseUrl !== undefined) {
  test(
    'When our own migrator ran, then Prisma’s says that all is up to date and has nothing to deploy',
    async () => {
      const { url, drop } = await createEmptyPostgres(databaseUrl);
      await (await openDatabase({ databaseUrl: url, dataDir: '' })).close();
      expect(await prisma(url, 'migrate', 'status')).toContain('Database schema is up to date');
      expect(await prisma(url, 'migrate', 'deploy')).toContain('No pending migrations to apply');
      const drift = [
        'migrate',
        'diff',
        '--from-config-datasource',
        '--to-schema',
        'prisma/schema.prisma',
        '--exit-code',
      ];
      expect(await prisma(url, ...drift)).toContain('No difference detected');
      await drop();
    },
    3 * PRISMA_TIMEOUT_MS,
  );

  test(
    'When Prisma’s deployed, then our own migrator has nothing to do and the service’s tables are there',
    async () => {
      const { url, drop } = await createEmptyPostgres(databaseUrl);
      expect(await prisma(url, 'migrate', 'deploy')).toContain('All migrations have been successfully applied');
      const session = await openSession(url);
      expect(await migrate(session)).toEqual([]);
      await session.close();
      const database = await openDatabase({ databaseUrl: url, dataDir: '' });
      expect(await database.prisma.installation.count()).toBe(0);
      await database.close();
      await drop();
    },
    2 * PRISMA_TIMEOUT_MS,
  );

  test('When several processes start at once, then one applies the migrations and the others wait for it', async () => {
    const { url, drop } = await createEmptyPostgres(databaseUrl);
    const sessions = await Promise.all([1, 2, 3, 4].map(() => openSession(url)));
    const applied = await Promise.all(sessions.map((session) => migrate(session)));
    expect(applied.filter((names) => names.length > 0)).toHaveLength(1);
    await Promise.all(sessions.map((session) => session.close()));
    await drop();
  });

  test('When a session failed to migrate, then its lock is free for the next one', async () => {
    const { url, drop } = await createEmptyPostgres(databaseUrl);
    const [first, second] = [await openSession(url), await openSession(url)];
    await expect(migrate(first, '/nowhere/at/all')).rejects.toThrow('ENOENT');
    expect((await migrate(second)).length).toBeGreaterThan(0);
    await Promise.all([first.close(), second.close()]);
    await drop();
  });
}
