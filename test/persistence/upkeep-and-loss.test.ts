import { PGlite } from '@electric-sql/pglite';
import { expect, test } from '@jest/globals';
import { tidy } from '../../src/persistence/embedded-database.ts';
import { openTestDatabase } from '../support/test-database.ts';

test('The upkeep of the embedded database really vacuums', async () => {
  const pglite = await PGlite.create('memory://');
  await pglite.exec('CREATE TABLE t (a int); INSERT INTO t SELECT generate_series(1, 50000); DELETE FROM t');
  const size = async () =>
    (await pglite.query<{ bytes: number }>(`SELECT pg_table_size('t')::int AS bytes`)).rows[0]?.bytes;
  const before = await size();
  await tidy(pglite);
  expect(await size()).toBeLessThan(before ?? 0);
  await pglite.close();
});

if (process.env['DATABASE_URL'] !== undefined) {
  test('When PostgreSQL ends a connection in the middle of a transaction, then the process lives and the next one works', async () => {
    const database = await openTestDatabase();
    const lost = database.transaction(async (sql) => {
      const [row] = await sql.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      await database.query('SELECT pg_terminate_backend($1)', [row?.pid]);
      await sql.query('SELECT 1');
    });
    await expect(lost).rejects.toThrow();
    const rows = await database.transaction((sql) => sql.query<{ one: number }>('SELECT 1 AS one'));
    expect(rows).toEqual([{ one: 1 }]);
    await database.close();
  });
}
