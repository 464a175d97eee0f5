import { startService } from '../../src/compose.ts';
import { createLogger } from '../../src/observability/logger.ts';
import type { Database } from '../../src/persistence/database.ts';
import { openTestDatabase } from './test-database.ts';
import { ADMIN_TOKEN, testConfig } from './test-environment.ts';

export interface TestService {
  url: string;
  database: Database;
  /** Everything it logged, as it was written. */
  logs(): string;
  admin<Body>(method: string, path: string, body?: unknown): Promise<{ status: number; body: Body }>;
  stop(): Promise<void>;
}

/** Starts the whole service on a free port, with a database of its own. `environment` changes its variables. */
export async function startTestService(environment: NodeJS.ProcessEnv = {}): Promise<TestService> {
  const database = await openTestDatabase();
  const lines: string[] = [];
  const logger = createLogger({ level: 'debug', stream: { write: (line) => void lines.push(line) } });
  const service = await startService({ config: testConfig(environment), logger, database });
  const url = `http://127.0.0.1:${service.port}`;
  return {
    url,
    database,
    logs: () => lines.join(''),
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
    stop: () => service.stop(),
  };
}
