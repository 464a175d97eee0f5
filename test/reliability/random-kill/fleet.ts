import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { leaksIn } from '../../support/canaries.ts';
import { TEST_ENVIRONMENT } from '../../support/test-environment.ts';
import { oneOf, type Random } from './seeded-random.ts';

/** One place in the fleet; whoever is killed there is followed by another at once. */
export interface Place {
  name: string;
  role: 'all' | 'web' | 'worker';
  port: number;
}

export interface Kill {
  name: string;
  pid: number;
  at: number;
  /** It was still starting. */
  early: boolean;
}

export interface Fleet {
  /**
   * Kills whoever runs in one of the places, now and then while it is still starting, and starts another there. Where a
   * role has several places, the last one of it that listens is spared, and waited for: somebody must be there to take over.
   */
  killOne(random: Random): Promise<void>;
  kills: readonly Kill[];
  /** Processes that ended without having been killed. */
  crashes: readonly string[];
  /** Resolves when all answer that they are ready. */
  allReady(limitMs: number): Promise<void>;
  /** Resolves with what the logs of all of them hold that no log may (G22). */
  stop(): Promise<string[]>;
}

export interface FleetOptions {
  places: readonly Place[];
  /** `dist/main.js`, or the source where there is no build. */
  program: string;
  environment: NodeJS.ProcessEnv;
  /** Where the processes' logs go. */
  folder: string;
}

const READY_POLL_MS = 100;
/** Share of the kills that may strike a process which is still starting. */
const EARLY = 0.25;

export async function startFleet({ places, program, environment, folder }: FleetOptions): Promise<Fleet> {
  const running = new Map<Place, ChildProcess>();
  const logs = new Map<Place, fs.FileHandle>();
  const logFile = ({ name }: Place): string => path.join(folder, `${name}.log`);
  for (const place of places) logs.set(place, await fs.open(logFile(place), 'a'));
  const kills: Kill[] = [];
  const crashes: string[] = [];
  const killed = new WeakSet<ChildProcess>();
  const listening = new WeakSet<ChildProcess>();
  let stopping = false;
  const loader = program.endsWith('.ts') ? ['--import', './test/support/typescript.mjs'] : [];

  function start(place: Place): void {
    const log = logs.get(place)!.fd;
    const child = spawn(process.execPath, [...loader, program], {
      env: {
        PATH: process.env['PATH'],
        ...TEST_ENVIRONMENT,
        LOG_LEVEL: 'info',
        ...environment,
        ROLE: place.role,
        PORT: String(place.port),
      },
      stdio: ['ignore', log, log],
    });
    running.set(place, child);
    void noteListening(place, child);
    child.once('exit', (code, signal) => {
      if (stopping) return;
      if (!killed.has(child)) crashes.push(`${place.name} ended by itself: ${code ?? signal}`);
      start(place);
    });
  }

  async function noteListening({ port }: Place, child: ChildProcess): Promise<void> {
    while (child.exitCode === null && child.signalCode === null) {
      if (await answers(port, '/live')) return void listening.add(child);
      await sleep(READY_POLL_MS);
    }
  }

  function mayBeKilled(early: boolean): Place[] {
    const begun = places.filter((place) => listening.has(running.get(place)!));
    return places.filter((place) => {
      if (!begun.includes(place)) return early;
      const peers = places.filter(({ role }) => role === place.role);
      return peers.length === 1 || peers.some((peer) => peer !== place && begun.includes(peer));
    });
  }

  const killAll = (): void => [...running.values()].forEach((child) => void child.kill('SIGKILL'));
  process.once('exit', killAll);
  for (const place of places) start(place);

  return {
    kills,
    crashes,
    async killOne(random) {
      const early = random() < EARLY;
      let candidates = mayBeKilled(early);
      for (; candidates.length === 0; candidates = mayBeKilled(early)) await sleep(READY_POLL_MS);
      const place = oneOf(random, candidates);
      const child = running.get(place)!;
      killed.add(child);
      kills.push({ name: place.name, pid: child.pid ?? 0, at: Date.now(), early: !listening.has(child) });
      child.kill('SIGKILL');
    },
    async allReady(limitMs) {
      const giveUpAt = Date.now() + limitMs;
      for (const { name, port } of places) {
        while (!(await answers(port, '/ready'))) {
          if (Date.now() > giveUpAt) throw new Error(`${name} did not get ready`);
          await sleep(READY_POLL_MS);
        }
      }
    },
    async stop() {
      stopping = true;
      const alive = [...running.values()].filter((child) => child.exitCode === null && child.signalCode === null);
      const ends = alive.map((child) => once(child, 'exit'));
      for (const child of alive) child.kill('SIGTERM');
      await Promise.all(ends);
      process.removeListener('exit', killAll);
      for (const log of logs.values()) await log.close();
      return (await Promise.all(places.map((place) => leaksInFile(place.name, logFile(place))))).flat();
    },
  };
}

/** Line by line: the log of an hour is long. */
async function leaksInFile(name: string, file: string): Promise<string[]> {
  const leaks: string[] = [];
  for await (const line of (await fs.open(file)).readLines()) leaks.push(...leaksIn(`the log of ${name}`, line));
  return leaks;
}

const answers = (port: number, path: string): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}${path}`).then(
    (answer) => answer.ok,
    () => false,
  );
