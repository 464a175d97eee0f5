import { spawn } from 'node:child_process';
import { ADMIN_TOKEN } from '../support/test-environment.ts';

export interface Ended {
  code: number | null;
  out: string;
  errors: string;
}

/** Runs a command as somebody at a terminal does. */
export function runConnector(args: string[], environment: NodeJS.ProcessEnv = { ADMIN_TOKEN }): Promise<Ended> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...args], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, errors] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, errors })));
}
