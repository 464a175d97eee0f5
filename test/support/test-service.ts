import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type ServiceOptions, startService } from '../../src/compose.ts';
import { createLogger } from '../../src/observability/logger.ts';
import type { Database } from '../../src/persistence/database.ts';
import { throwLeaks, watchedLog } from './leak-watch.ts';
import { openTestDatabase } from './test-database.ts';
import { ADMIN_TOKEN, testConfig } from './test-environment.ts';

export interface TestService {
  url: string;
  database: Database;
  /** Everything it logged, as it was written. */
  logs(): string;
  admin<Body>(method: string, path: string, body?: unknown): Promise<{ status: number; body: Body }>;
  /** Hints that there is something to read there. */
  hint(installationId: string, destinationId: string): Promise<void>;
  stop(): Promise<void>;
}

export interface TestServiceOptions extends Pick<
  ServiceOptions,
  'database' | 'types' | 'planning' | 'reconcile' | 'retention'
> {
  /** Puts something around the database, such as a fault. */
  wrap?: (database: Database) => Database;
}

/** Starts the whole service on a free port, with a database of its own. `environment` changes its variables. */
export async function startTestService(
  environment: NodeJS.ProcessEnv = {},
  { wrap = (database) => database, database: given, ...options }: TestServiceOptions = {},
): Promise<TestService> {
  const database = wrap(given ?? (await openTestDatabase()));
  const { stream, text: logs } = watchedLog();
  const logger = createLogger({ level: 'debug', stream });
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'connector-test-'));
  const config = testConfig({ DATA_DIR: folder, ...environment });
  const service = await startService({ ...options, config, logger, database });
  const url = `http://127.0.0.1:${service.port}`;
  return {
    url,
    database,
    logs,
    async admin<Body>(method: string, path: string, body?: unknown) {
      const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' };
      const response = await fetch(`${url}/admin/api${path}`, {
        method,
        headers,
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as Body };
    },
    hint: (installationId, destinationId) => service.hint(installationId, destinationId),
    async stop() {
      await service.stop();
      await fs.rm(folder, { recursive: true, force: true });
      throwLeaks();
    },
  };
}
