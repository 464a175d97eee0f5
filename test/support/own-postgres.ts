import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';
import { postgresUrl, withClient } from './postgres-admin.ts';

const PROGRAMS = '/usr/lib/postgresql';
/** PostgreSQL refuses to run as root. */
const USER = 'postgres';

const run = promisify(execFile);
const asPostgres = (program: string, ...given: string[]) => run('setpriv', [...rights(), program, ...given]);
const rights = (): string[] => ['--reuid', USER, '--regid', USER, '--clear-groups'];

export interface OwnPostgres {
  url: string;
  /** Ends it as a power cut does. */
  crash(): Promise<void>;
  start(): Promise<void>;
  /** Runs one statement as its administrator. */
  sql(statement: string, database?: string): Promise<void>;
  /** Takes what room there is on that database's disk, as its table "filler". */
  fill(database: string): Promise<void>;
  /** A folder of its own on a disk of so many megabytes. */
  smallDisk(megabytes: number): Promise<string>;
  remove(): Promise<void>;
}

/** A PostgreSQL of the test's own, empty, in a temporary folder: one that may be stopped, crashed and filled up. */
export async function startOwnPostgres(): Promise<OwnPostgres> {
  const [version = ''] = (await fs.readdir(PROGRAMS)).sort((a, b) => Number(b) - Number(a));
  const program = (name: string): string => path.join(PROGRAMS, version, 'bin', name);
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'own-postgres-'));
  const data = path.join(folder, 'data');
  const port = await freePort();
  const url = `postgresql://${USER}@127.0.0.1:${port}/postgres`;
  const sql = (statement: string, database = 'postgres'): Promise<void> =>
    withClient(postgresUrl(url, database), async (client) => void (await client.query(statement)));
  const disks: string[] = [];
  await fs.chmod(folder, 0o755);
  await fs.mkdir(data);
  await run('chown', [USER, data]);
  await asPostgres(program('initdb'), '-D', data, '-A', 'trust', '-N', '--no-instructions');

  const settings = `-c listen_addresses=127.0.0.1 -c port=${port} -c unix_socket_directories= -c shared_buffers=16MB`;
  const control = (...given: string[]) => asPostgres(program('pg_ctl'), '-D', data, '-s', '-w', ...given);
  const start = async (): Promise<void> =>
    void (await control('start', '-l', path.join(data, 'server.log'), '-o', settings));
  const crash = async (): Promise<void> => void (await control('stop', '-m', 'immediate'));
  await start();

  return {
    url,
    crash,
    start,
    sql,
    async fill(database) {
      await sql('CREATE TABLE filler (text text)', database);
      await sql('ALTER TABLE filler ALTER text SET STORAGE PLAIN, SET (autovacuum_enabled = off)', database);
      // A row is a page.
      for (const rows of [100, 10, 1]) {
        const statement = `INSERT INTO filler SELECT repeat('x', 8000) FROM generate_series(1, ${rows})`;
        for (let isFull = false; !isFull;) {
          isFull = await sql(statement, database).then(
            () => false,
            () => true,
          );
        }
      }
    },
    async smallDisk(megabytes) {
      const disk = path.join(folder, `disk-${disks.length}`);
      await fs.mkdir(disk);
      await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', disk]);
      disks.push(disk);
      await run('chown', [USER, disk]);
      return disk;
    },
    async remove() {
      await crash().catch(() => undefined);
      for (const disk of disks) await run('umount', ['-l', disk]);
      await fs.rm(folder, { recursive: true, force: true });
    },
  };
}
