import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { conversationStarted } from '../simulators/iadvize-events.ts';
import { createSender } from '../simulators/iadvize-sender.ts';
import { type ServiceProcess, startServiceProcess } from '../support/service-process.ts';
import { SECRET, TEST_ENVIRONMENT } from '../support/test-environment.ts';

const TIMEOUT_MS = 240_000;

let dataDir: string;
let service: ServiceProcess;

beforeAll(async () => {
  dataDir = await fs.mkdtemp(path.join(os.tmpdir(), 'data-folder-'));
  service = await startServiceProcess({ DATA_DIR: dataDir });
}, TIMEOUT_MS);
afterAll(async () => {
  await service.end('SIGKILL');
  await fs.rm(dataDir, { recursive: true });
});

async function accept(event: object): Promise<boolean> {
  const sender = createSender({ targetUrl: `${service.url}/iadvize/webhooks`, secret: SECRET, retryDelaysMs: [] });
  const { accepted } = await sender.send(event);
  sender.close();
  return accepted;
}

async function acceptedConversations(): Promise<string[]> {
  const answer = await service.admin('GET', '/events?status=accepted&limit=200');
  const { items } = (await answer.json()) as { items: { conversation: string }[] };
  return items.map((event) => event.conversation).sort();
}

test(
  'While a process has the data folder, a second one is refused with a sentence and the first is not disturbed',
  async () => {
    const env = { PATH: process.env['PATH'], ...TEST_ENVIRONMENT, DATA_DIR: dataDir };
    const second = promisify(execFile)(process.execPath, ['--import', 'tsx', 'src/main.ts'], {
      env,
      timeout: TIMEOUT_MS / 2,
    });
    await expect(second).rejects.toMatchObject({
      code: 1,
      stderr:
        `The connector cannot start. The data folder ${dataDir} is in use by process ${service.pid}. The embedded ` +
        'database serves one process: stop that one, choose another DATA_DIR, or set DATABASE_URL to share a PostgreSQL.\n',
    });
    expect((await fetch(`${service.url}/ready`)).status).toBe(200);
  },
  TIMEOUT_MS,
);

test(
  'When the process that has it is killed, then the next one takes it over with everything that was accepted',
  async () => {
    const installation = { platform: 'ha', websiteId: 1, label: 'Shop' };
    expect((await service.admin('POST', '/installations', installation)).status).toBe(201);
    const conversations = Array.from({ length: 20 }, (_, index) => 100 + index);
    const event = (conversationId: number) => conversationStarted({ platform: 'ha', conversationId });
    expect(await Promise.all(conversations.map((id) => accept(event(id))))).toEqual(Array(20).fill(true));
    expect(await service.end('SIGKILL')).toBe('SIGKILL');
    expect(await fs.readFile(path.join(dataDir, 'lock'), 'utf8')).toMatch(new RegExp(`^${service.pid} `));

    service = await startServiceProcess({ DATA_DIR: dataDir });
    expect(await acceptedConversations()).toEqual(conversations.map((id) => `ha-1:${id}`));
    expect(await accept(event(200))).toBe(true);
    expect(await service.end('SIGTERM')).toBe(0);
    await expect(fs.access(path.join(dataDir, 'lock'))).rejects.toThrow('ENOENT');
  },
  TIMEOUT_MS,
);
