import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Database } from '../../../src/persistence/database.ts';
import { openTestDatabase } from '../../support/test-database.ts';
import { FOUND_BEFORE } from './found-before.ts';
import { playLanes } from './lane-play.ts';
import { plays } from './moves.ts';

/** More of them for a long search: LANE_PLAYS=2000. */
const PLAYS = Number(process.env['LANE_PLAYS'] ?? 45);
const STEPS_WANTED = 10_000;
/** A failure is made as small as this time allows, in ms. */
const SEARCH_MS = Math.max(PLAYS * 5_000, 220_000);

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

test(
  'Whatever workers, kills, retries and lost calls do: each chat reads as if one worker had carried one event after the other',
  async () => {
    let steps = 0;
    const property = fc.asyncProperty(plays, async (play) => {
      steps += await playLanes(database, play);
    });
    await fc.assert(property, {
      numRuns: PLAYS + FOUND_BEFORE.length,
      examples: FOUND_BEFORE.map((play) => [play]),
      ...{ interruptAfterTimeLimit: SEARCH_MS, markInterruptAsFailure: true },
    });
    expect(steps).toBeGreaterThanOrEqual(STEPS_WANTED);
  },
  SEARCH_MS + 20_000,
);
