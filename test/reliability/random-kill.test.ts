import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createPostgresDatabase } from '../support/test-database.ts';
import { isFlawless } from './random-kill/check.ts';
import { randomKill } from './random-kill/random-kill.ts';
import { describeResult } from './random-kill/report.ts';
import { FAILED_SEEDS } from './random-kill/seeds.ts';

/**
 * The short run of `npm run bench -- kill`: the same, with few kills, for every seed that was ever kept. On PostgreSQL
 * web and workers die one by one; on the embedded database there is one process, and with it all of them die.
 *
 * However many seeds are kept, they share this time of killing; what comes before and after the kills of one takes
 * about 20 s.
 */
const KILLING_MS = 28_000 / FAILED_SEEDS.length;
/** Of one seed. */
const LIMIT_MS = 240_000;

const TOGETHER = { roles: ['web', 'web', 'worker', 'worker'], everyMs: 1_500, retriesFaster: 4 } as const;
/** Nobody else takes calls meanwhile: the sender's patience must be longer than a start takes. */
const ALONE = { roles: ['all'], everyMs: 3_500, retriesFaster: 2 } as const;

const databaseUrl = process.env['DATABASE_URL'];
let folder: string;
let cleanUp: () => Promise<void>;
let environment: NodeJS.ProcessEnv;

beforeEach(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'connector-random-kill-'));
  const database = databaseUrl === undefined ? undefined : await createPostgresDatabase(databaseUrl);
  environment = database ? { DATABASE_URL: database.url } : { DATA_DIR: path.join(folder, 'data') };
  cleanUp = async () => {
    await database?.drop();
    await fs.rm(folder, { recursive: true, force: true });
  };
});
afterEach(() => cleanUp());

/** Every second one with installations that hold a start in doubt, which are judged by what a kill or a cut left so. */
const RUNS = FAILED_SEEDS.map(({ seed }, index) => ({ seed, holds: index % 2 === 1 }));

test.each(RUNS)(
  'Seed $seed, starts in doubt held: $holds: nothing is lost, nothing doubled, nothing out of order',
  async ({ seed, holds }) => {
    const result = await randomKill({
      seed,
      kills: 20,
      limitMs: KILLING_MS,
      atOnce: 4,
      holds,
      ...(databaseUrl === undefined ? ALONE : TOGETHER),
      program: 'src/main.ts',
      environment,
      folder,
    });
    const { crashes, leaks } = result;
    const about = describeResult(seed, result);
    expect({ about, flawless: isFlawless(result), crashes, leaks }).toEqual({
      about,
      flawless: true,
      crashes: [],
      leaks: [],
    });
    expect(result.kills.length).toBeGreaterThan(0);
    expect(result.messages).toBeGreaterThan(0);
  },
  LIMIT_MS,
);
