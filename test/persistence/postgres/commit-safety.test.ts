import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createEventStore } from '../../../src/intake/event-store.ts';
import { settingsThatLoseCommits } from '../../../src/persistence/commit-safety.ts';
import { type Database, promptly } from '../../../src/persistence/database.ts';
import { openDatabase } from '../../../src/persistence/open-database.ts';
import { conversationStarted } from '../../simulators/iadvize-events.ts';
import { withAdminClient } from '../../support/postgres-admin.ts';
import { createPostgresDatabase } from '../../support/test-database.ts';
import { startTestService } from '../../support/test-service.ts';

let own: Awaited<ReturnType<typeof createPostgresDatabase>>;
let database: Database | undefined;

beforeEach(async () => {
  own = await createPostgresDatabase(process.env['DATABASE_URL'] ?? '');
});
afterEach(async () => {
  await database?.close();
  database = undefined;
  await own.drop();
});

/** One session, so that what is read is what the intake wrote with. */
async function open(): Promise<Database> {
  return (database = await openDatabase({ databaseUrl: own.url, connections: 1, dataDir: '' }));
}

async function switchOff(setting: string): Promise<void> {
  const name = new URL(own.url).pathname.slice(1);
  const statement = `ALTER DATABASE ${name} SET ${setting} = off`;
  await withAdminClient(process.env['DATABASE_URL'] ?? '', (client) => client.query(statement));
}

test('The session that an event was stored with waits for the disk at every commit', async () => {
  const session = await open();
  const body = Buffer.from(JSON.stringify(conversationStarted({ conversationId: 1 })));
  const store = createEventStore(
    promptly(session),
    'ha',
    () => undefined,
    () => undefined,
  );
  const stored = await store.store({ source: 'webhook', contentType: 'application/json', body });
  expect(stored).toMatchObject({ duplicate: false });
  const read = `SELECT current_setting('synchronous_commit') AS value`;
  expect(await session.query(read)).toEqual([{ value: 'on' }]);
  expect(await session.transaction((sql) => sql.query(read), 1_000)).toEqual([{ value: 'on' }]);
  expect(await settingsThatLoseCommits(session)).toEqual([]);
});

test('When the server answers commits before they are on disk, then whoever starts the service is told', async () => {
  await switchOff('synchronous_commit');
  const session = await open();
  expect(await settingsThatLoseCommits(session)).toEqual(['synchronous_commit']);
  const service = await startTestService({}, { database: session });
  database = undefined;
  await service.stop();
  expect(service.logs()).toContain('"event":"commits-may-be-lost","settings":["synchronous_commit"]');
});
