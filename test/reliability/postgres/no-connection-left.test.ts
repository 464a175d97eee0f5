import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { withAdminClient } from '../../support/postgres-admin.ts';
import { type ProcessWorld, startProcessWorld } from '../../support/process-world.ts';

/** Somebody who may not connect, as when all connections are taken. */
const USER = `connector_test_${randomUUID().replaceAll('-', '')}`;
const asAdministrator = (statement: string): Promise<unknown> =>
  withAdminClient(process.env['DATABASE_URL'] ?? '', (client) => client.query(statement));

let world: ProcessWorld;
beforeAll(async () => {
  world = await startProcessWorld();
  await asAdministrator(`CREATE ROLE ${USER} LOGIN PASSWORD '${USER}' CONNECTION LIMIT 0`);
});
afterAll(async () => {
  await world.stop();
  await asAdministrator(`DROP ROLE ${USER}`);
});

test('A process that starts while PostgreSQL has no connection left says so, and what to do', async () => {
  const url = new URL(world.storage['DATABASE_URL'] ?? '');
  [url.username, url.password] = [USER, USER];
  await expect(world.start({ DATABASE_URL: url.href })).rejects.toThrow(
    'The connector cannot start. 53300: PostgreSQL has no connection left. Lower DATABASE_CONNECTIONS of all processes, or raise its max_connections.',
  );
});
