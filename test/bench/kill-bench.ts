import { randomInt } from 'node:crypto';
import os from 'node:os';
import { parseArgs } from 'node:util';
import { isFlawless } from '../reliability/random-kill/check.ts';
import { randomKill } from '../reliability/random-kill/random-kill.ts';
import { describeResult } from '../reliability/random-kill/report.ts';
import { makeBenchDatabase } from './bench-database.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '1000' },
    minutes: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(randomInt(1_000_000)) },
    'every-ms': { type: 'string', default: '1700' },
    'at-once': { type: 'string', default: '16' },
    keep: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed);
const TOLD_EVERY = 50;

const print = (line: string): void => void process.stdout.write(`${line}\n`);

const database = await makeBenchDatabase();
const isPostgres = process.env['DATABASE_URL'] !== undefined;
const [cpu] = os.cpus();
print(
  `${isPostgres ? 'PostgreSQL' : 'embedded database'}, Node ${process.version}, ${os.cpus().length} × ${cpu?.model}`,
);
print(`seed ${seed}; ledgers and logs in ${database.folder}`);
try {
  const result = await randomKill({
    seed,
    kills: Number(values.kills),
    limitMs: Number(values.minutes) * 60_000,
    everyMs: Number(values['every-ms']),
    atOnce: Number(values['at-once']),
    roles: isPostgres ? ['web', 'web', 'worker', 'worker', 'worker'] : ['all'],
    retriesFaster: 2,
    program: 'dist/main.js',
    environment: database.environment,
    folder: database.folder,
    onProgress(kills, conversations) {
      if (kills % TOLD_EVERY === 0) print(`${kills} kills, ${conversations} conversations`);
    },
  });
  print(describeResult(seed, result));
  if (!isFlawless(result) || result.crashes.length + result.leaks.length > 0) process.exitCode = 1;
} finally {
  // What went wrong can only be read from what was left.
  if (!values.keep && process.exitCode !== 1) await database.remove();
}
