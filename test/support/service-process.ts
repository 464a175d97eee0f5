import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import readline from 'node:readline';
import { throwLeaks, watch } from './leak-watch.ts';
import { ADMIN_TOKEN, TEST_ENVIRONMENT } from './test-environment.ts';

export interface ServiceProcess {
  url: string;
  pid: number;
  /** The process itself, for tests that wait for its end. */
  child: ChildProcess;
  hasEnded(): boolean;
  admin(method: string, path: string, body?: unknown): Promise<Response>;
  /** Sends the signal and resolves with the exit code, or the signal's name when it died of it. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals>;
}

/**
 * Starts `src/main.ts`, or another entry, in a process of its own, on a free port, and waits until it listens.
 * `imports`: loaded before it.
 */
export async function startServiceProcess(
  environment: NodeJS.ProcessEnv,
  entry = 'src/main.ts',
  imports: readonly string[] = [],
): Promise<ServiceProcess> {
  const loaded = ['./test/support/typescript.mjs', './test/support/watch-own-answers.ts', ...imports];
  const child = spawn(process.execPath, [...loaded.flatMap((name) => ['--import', name]), entry], {
    env: { PATH: process.env['PATH'], ...TEST_ENVIRONMENT, LOG_LEVEL: 'info', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // A failing test must not leave a service behind.
  const killWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', killWithUs);
  child.once('exit', () => process.removeListener('exit', killWithUs));
  const url = `http://127.0.0.1:${await listeningPort(child)}`;
  return {
    url,
    pid: child.pid ?? 0,
    child,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    admin: adminAt(url, environment['ADMIN_TOKEN']),
    async end(signal) {
      if (child.exitCode === null && child.signalCode === null) {
        // Not before all that it wrote was looked through.
        const exited = once(child, 'close');
        child.kill(signal);
        await exited;
      }
      throwLeaks();
      return child.exitCode ?? child.signalCode ?? 'SIGKILL';
    },
  };
}

/** The operator's calls to the service at that address. */
export const adminAt =
  (url: string, token = ADMIN_TOKEN): ServiceProcess['admin'] =>
  (method, path, body) =>
    fetch(`${url}/admin/api${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });

async function listeningPort(child: ChildProcess): Promise<number> {
  const errors: string[] = [];
  child.stderr?.on('data', (chunk: Buffer) => {
    errors.push(chunk.toString());
    watch('standard error', chunk.toString());
  });
  const lines = readline.createInterface({ input: child.stdout! });
  const port = new Promise<number>((resolve, reject) => {
    lines.on('line', (line) => {
      watch('a log line', line);
      const entry = JSON.parse(line) as { event?: string; port?: number };
      if (entry.event === 'listening') resolve(entry.port ?? 0);
    });
    child.once('close', () => reject(new Error(`the service ended before it listened: ${errors.join('')}`)));
  });
  return port;
}
