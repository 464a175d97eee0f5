import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import path from 'node:path';
import { eventually } from '../support/eventually.ts';

/** As `npm start` has it, for ours and for what it is compared with. */
const NODE_FLAGS = [
  '--max-semi-space-size=64',
  '--initial-old-space-size=128',
  '--v8-pool-size=1',
  '--no-allocation-site-pretenuring',
];

export interface BenchProcess {
  pid: number;
  url: string;
  /** What it wrote so far, line by line. */
  log(): Promise<Record<string, unknown>[]>;
  /** Names of the files in a folder below the one it was started with. */
  filesBelow(name: string): Promise<string[]>;
  residentMegabytes(): Promise<number>;
  /** Processor time it used since its start: unlike requests per second it says the same on a busy machine. */
  cpuSeconds(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts a program whose log goes to a file: reading it here would take time from the load. */
export async function startBenchProcess(
  program: string,
  folder: string,
  environment: NodeJS.ProcessEnv,
  argumentsOf: readonly string[] = [],
): Promise<BenchProcess> {
  const file = path.join(folder, `${path.basename(program)}-${Date.now()}.log`);
  const output = await fs.open(file, 'w');
  const loader = program.endsWith('.ts') ? ['--import', './test/support/typescript.mjs'] : [];
  const child = spawn(process.execPath, [...NODE_FLAGS, ...loader, program, ...argumentsOf], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', output.fd, 'inherit'],
  });
  const killWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', killWithUs);
  const log = async (): Promise<Record<string, unknown>[]> => {
    const lines = (await fs.readFile(file, 'utf8')).split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  };
  const listening = await eventually(
    async () => (await log()).find((line) => line['event'] === 'listening'),
    (line) => line !== undefined,
    30_000,
  );
  return {
    pid: child.pid ?? 0,
    url: `http://127.0.0.1:${String(listening?.['port'])}`,
    log,
    filesBelow: (name) => fs.readdir(path.join(folder, name)).catch(() => []),
    async residentMegabytes() {
      const status = await fs.readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? NaN) / 1024;
    },
    async cpuSeconds() {
      const fields =
        (await fs.readFile(`/proc/${child.pid}/stat`, 'utf8').catch(() => '')).split(') ').pop()?.split(' ') ?? [];
      // User and system time in hundredths, fields 14 and 15 of the whole line.
      return (Number(fields[11]) + Number(fields[12])) / 100;
    },
    async stop() {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
      process.removeListener('exit', killWithUs);
      await output.close();
    },
  };
}
