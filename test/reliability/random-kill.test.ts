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
 * The short run of `npm run bench -- kill`: the same, with few kills. On PostgreSQL web and workers die one by one; on
 * the embedded database there is one process, and with it all of them die.
 */
const KILLING_MS = 14_000;
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

const [LAST] = FAILED_SEEDS.slice(-1);

test.each([
  { seed: LAST?.seed ?? 1, holds: false, all: 'nothing is lost, nothing doubled, nothing out of order' },
  { seed: LAST?.seed ?? 1, holds: true, all: 'the same, and what is held in doubt is what a kill or a cut left so' },
])(
  'Seed $seed: $all',
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
    const about = describeResult(seed, result);
    expect({ about, flawless: isFlawless(result), crashes: result.crashes }).toEqual({
      about,
      flawless: true,
      crashes: [],
    });
    expect(result.kills.length).toBeGreaterThan(0);
    expect(result.messages).toBeGreaterThan(0);
  },
  LIMIT_MS,
);
