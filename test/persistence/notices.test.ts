import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Database } from '../../src/persistence/database.ts';
import { createLocalNotices } from '../../src/persistence/notices.ts';
import { openPostgres } from '../../src/persistence/postgres-database.ts';
import { eventually } from '../support/eventually.ts';
import { createPostgresDatabase } from '../support/test-database.ts';

function counted(database: Pick<Database, 'notices'>, topic: 'events' | 'lanes') {
  const heard = { count: 0 };
  database.notices.on(topic, () => void (heard.count += 1));
  return heard;
}

test('Notices of one process reach its own listeners at once, of their topic only', () => {
  const notices = createLocalNotices();
  const [events, lanes] = [counted({ notices }, 'events'), counted({ notices }, 'lanes')];
  notices.send('events');
  notices.send('events');
  expect([events.count, lanes.count]).toEqual([2, 0]);
});

const server = process.env['DATABASE_URL'];

// The embedded database belongs to one process: there are no others to tell.
if (server !== undefined) {
  describe('Notices between processes', () => {
    let sender: Database;
    let receiver: Database;
    let drop: () => Promise<void>;
    beforeAll(async () => {
      const made = await createPostgresDatabase(server);
      drop = made.drop;
      [sender, receiver] = [await openPostgres(made.url), await openPostgres(made.url)];
    });
    afterAll(async () => {
      await Promise.all([sender.close(), receiver.close()]);
      await drop();
    });
    const listeners = () =>
      sender.query<{ pid: number }>(`
        SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %'`);

    test('are heard by another one, many as few', async () => {
      const heard = counted(receiver, 'lanes');
      await eventually(listeners, ({ length }) => length === 1);
      const before = heard.count;
      for (let sent = 0; sent < 200; sent += 1) sender.notices.send('lanes');
      await eventually(
        async () => heard.count,
        (count) => count > before,
      );
      expect(heard.count - before).toBeLessThan(5);
    });

    test('are heard when whoever sent them closes at once', async () => {
      const { url, drop: dropOther } = await createPostgresDatabase(server);
      const [leaving, staying] = [await openPostgres(url), await openPostgres(url)];
      const heard = counted(staying, 'lanes');
      // Once by itself, when the session stands.
      await eventually(
        async () => heard.count,
        (count) => count === 1,
      );
      leaving.notices.send('lanes');
      await leaving.close();
      await eventually(
        async () => heard.count,
        (count) => count === 2,
      );
      await staying.close();
      await dropOther();
    });

    test('are heard again after the session was lost, and what was missed is looked for', async () => {
      const heard = counted(receiver, 'lanes');
      const [session] = await listeners();
      await sender.query('SELECT pg_terminate_backend($1)', [session?.pid]);
      // The new session makes every listener look once, since nobody knows what was said meanwhile.
      await eventually(
        async () => heard.count,
        (count) => count > 0,
      );
      const before = heard.count;
      sender.notices.send('lanes');
      await eventually(
        async () => heard.count,
        (count) => count > before,
      );
    });
  });
}
