import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { conversationStarted } from './simulators/iadvize-events.ts';
import { signBody } from './simulators/iadvize-signature.ts';
import { eventually } from './support/eventually.ts';
import { type ServiceProcess, startServiceProcess } from './support/service-process.ts';
import { createPostgresDatabase } from './support/test-database.ts';
import { SECRET, TEST_ENVIRONMENT } from './support/test-environment.ts';

const TIMEOUT_MS = 240_000;

let folder: string;
let database: { environment: NodeJS.ProcessEnv; drop(): Promise<void> };

beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'main-'));
  const databaseUrl = process.env['DATABASE_URL'];
  if (databaseUrl === undefined) {
    database = { environment: { DATA_DIR: path.join(folder, 'data') }, drop: () => Promise.resolve() };
  } else {
    const { url, drop } = await createPostgresDatabase(databaseUrl);
    database = { environment: { DATABASE_URL: url }, drop };
  }
});
afterAll(async () => {
  await database.drop();
  await fs.rm(folder, { recursive: true });
});

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the service until it ends by itself; one that starts after all is killed and has no code. */
function runToItsEnd(environment: NodeJS.ProcessEnv): Promise<Ended> {
  const env = { PATH: process.env['PATH'], ...TEST_ENVIRONMENT, ...database.environment, ...environment };
  return new Promise((resolve) => {
    const command = ['--import', './test/support/typescript.mjs', 'src/main.ts'];
    execFile(
      process.execPath,
      command,
      { env, timeout: TIMEOUT_MS / 2, killSignal: 'SIGKILL' },
      (error, stdout, stderr) => {
        resolve({ code: error ? (typeof error.code === 'number' ? error.code : null) : 0, stdout, stderr });
      },
    );
  });
}

describe('The service refuses to start with one sentence and exit code 1', () => {
  test.each(['IADVIZE_SECRET_TOKENS', 'ENCRYPTION_KEYS', 'ADMIN_TOKEN'])(
    'without %s',
    async (name) => {
      const { code, stdout, stderr } = await runToItsEnd({ [name]: undefined });
      expect(code).toBe(1);
      expect(stderr).toMatch(/^The connector cannot start\. The environment needs a correction:\n/);
      expect(stderr).toContain(`  - ${name}: is missing\n`);
      expect(stderr).not.toMatch(/\n\s+at /);
      expect(stdout).toBe('');
    },
    TIMEOUT_MS,
  );

  test(
    'when its port is in use',
    async () => {
      const holder = net.createServer().listen(0, '127.0.0.1');
      const { port } = await eventually(() => holder.address() as net.AddressInfo | null, Boolean).then(
        (found) => found!,
      );
      const { code, stderr } = await runToItsEnd({ PORT: String(port) });
      holder.close();
      expect(code).toBe(1);
      expect(stderr).toBe(
        `The connector cannot start. Port ${port} is in use. Stop what listens there, or set PORT to another one (0 takes a free one).\n`,
      );
    },
    TIMEOUT_MS,
  );

  test(
    'when nothing answers at DATABASE_URL, without showing it',
    async () => {
      const DATABASE_URL = 'postgresql://canary-user:canary-password@127.0.0.1:1/canary-database';
      const { code, stdout, stderr } = await runToItsEnd({ DATABASE_URL });
      expect(code).toBe(1);
      expect(stderr).toBe(
        'The connector cannot start. ECONNREFUSED: nothing answers at DATABASE_URL. Start PostgreSQL there or correct the address.\n',
      );
      expect(stdout + stderr).not.toContain('canary');
    },
    TIMEOUT_MS,
  );

  test(
    'when INSTALLATIONS_FILE has an entry that does not fit',
    async () => {
      const file = path.join(folder, 'installations.json');
      await fs.writeFile(file, '[{"platform":"ha","websiteId":1,"label":"Shop","curency":"EUR"}]');
      const { code, stderr } = await runToItsEnd({ INSTALLATIONS_FILE: file });
      expect(code).toBe(1);
      expect(stderr).toContain('INSTALLATIONS_FILE has a problem in entry 0:\n  - [0] curency:');
    },
    TIMEOUT_MS,
  );
});

test(
  'When SIGTERM comes while it still starts, then it exits with 0',
  async () => {
    const ended = { IADVIZE_SECRET_TOKENS: 'a-secret@2020-01-31' };
    const env = { PATH: process.env['PATH'], ...TEST_ENVIRONMENT, ...database.environment, ...ended };
    const child = spawn(process.execPath, ['--import', './test/support/typescript.mjs', 'src/main.ts'], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(child, 'exit');
    const output: string[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk.toString()));
    // Its first line is the warning that all its secrets have ended; the database is not open yet.
    await eventually(
      () => output.join(''),
      (text) => text.includes('no-current-secret'),
      TIMEOUT_MS,
    );
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    expect(output.join('')).toContain('"event":"draining"');
  },
  TIMEOUT_MS,
);

describe('The running service', () => {
  let service: ServiceProcess;
  beforeAll(async () => void (service = await startServiceProcess(database.environment)), TIMEOUT_MS);
  afterAll(async () => void (await service.end('SIGKILL')));

  test.each([
    ['/health', { status: 'UP' }],
    ['/live', { status: 'live' }],
    ['/ready', { status: 'ready' }],
  ])('answers GET %s without any credentials', async (probe, body) => {
    const answer = await fetch(`${service.url}${probe}`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await answer.json()).toEqual(body);
  });

  test('on SIGTERM finishes the request in hand, takes no new one, and exits with 0 within 10 s', async () => {
    const body = JSON.stringify(conversationStarted());
    const { hostname, port } = new URL(service.url);
    const head = [
      'POST /iadvize/webhooks HTTP/1.1',
      'Host: x',
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
      `X-iAdvize-Signature: ${signBody(SECRET, body)}`,
      'Connection: close',
    ];
    const socket = net.connect(Number(port), hostname);
    const received: string[] = [];
    socket.on('data', (chunk) => received.push(chunk.toString()));
    await once(socket, 'connect');
    await new Promise((resolve) => socket.write(`${head.join('\r\n')}\r\n\r\n${body.slice(0, 10)}`, resolve));
    // The half request has arrived once a whole one behind it has been answered.
    await fetch(`${service.url}/live`);

    const startedAt = Date.now();
    const ended = service.end('SIGTERM');
    const refused = () =>
      fetch(`${service.url}/live`).then(
        () => false,
        () => true,
      );
    await eventually(refused, Boolean);
    socket.write(body.slice(10));

    expect(await ended).toBe(0);
    expect(Date.now() - startedAt).toBeLessThan(10_000);
    expect(received.join('')).toMatch(/^HTTP\/1\.1 202 /);
  });

  test(
    'starts again after that, with what it had, and ends on SIGINT as well',
    async () => {
      const again = await startServiceProcess(database.environment);
      const { items } = (await (await again.admin('GET', '/events')).json()) as { items: unknown[] };
      expect(items).toEqual([expect.objectContaining({ eventType: 'conversation.started' })]);
      expect(await again.end('SIGINT')).toBe(0);
    },
    TIMEOUT_MS,
  );
});
