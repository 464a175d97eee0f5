import { randomBytes, randomUUID } from 'node:crypto';
import type { Database } from './database.ts';
import { isDiskFull } from './database-faults.ts';
import { within } from './within.ts';

const TIMEOUT_MS = 2_000;
/** Anybody may ask, and a trial costs more than an answer. */
const REFUSAL_HOLDS_MS = 1_000;

/**
 * Several pages of rows, and one that is kept apart because it is long: a single small row would find a place in what is
 * left of a page, and on a full disk it would go well now and then.
 */
const ROWS = 16;
const ROW_BYTES = 1_500;
const LONG_ROW_BYTES = 65_536;

/** In all indexes, as an event that waits to be planned is. */
const INSERT = `
INSERT INTO event (dedupe_key, body_hash, source, status, event_type, installation_id, conversation_id, body, plan_after)
SELECT $1::text || nth, '', 'webhook', 'accepted', '', $1, $1 || nth,
       substr($2::bytea, 1, CASE WHEN nth = 1 THEN ${LONG_ROW_BYTES} ELSE ${ROW_BYTES} END), now()
  FROM generate_series(1, ${ROWS}) AS nth
RETURNING id::text`;

const NO_ROOM = 'the database has no room left on its disk, and events are refused: give it more room';
const TRIAL_FAILED =
  'the database answers but stores no events: its log says why; look for locks, for a full disk, and for a standby it waits for';

export interface StoringTrial {
  /** An event was not stored, and the database was at fault: from now on a trial must go well first. */
  doubt(): void;
  /** Undefined = there is no doubt (any more), else what is wrong and what to do about it. Costs nothing without doubt. */
  whyNot(): Promise<string | undefined>;
}

/**
 * Whether events can be stored, tried out with rows like theirs that are deleted before the commit, so that nobody sees
 * them. Committed all the same: a commit that hangs, for a standby or for a disk, is found by no rollback.
 */
export function createStoringTrial(database: Database): StoringTrial {
  let failures = 0;
  /** So many of them had happened before a trial that went well. */
  let forgiven = 0;
  let running: Promise<string | undefined> | undefined;
  let answerUntil = -Infinity;

  async function tryOut(): Promise<string | undefined> {
    const before = failures;
    try {
      await within(TIMEOUT_MS, writeAndDelete(database));
      forgiven = before;
      answerUntil = -Infinity;
      return undefined;
    } catch (error) {
      answerUntil = performance.now() + REFUSAL_HOLDS_MS;
      return isDiskFull(error) ? NO_ROOM : TRIAL_FAILED;
    }
  }

  return {
    doubt() {
      failures += 1;
    },
    whyNot() {
      if (failures === forgiven) return Promise.resolve(undefined);
      if (running === undefined || performance.now() > answerUntil) {
        answerUntil = Infinity;
        running = tryOut();
      }
      return running;
    },
  };
}

async function writeAndDelete(database: Database): Promise<void> {
  await database.transaction(async (sql) => {
    const values = [`trial:${randomUUID()}:`, randomBytes(LONG_ROW_BYTES)];
    const rows = await sql.query<{ id: string }>(INSERT, values);
    await sql.query('DELETE FROM event WHERE id = ANY($1::bigint[])', [rows.map(({ id }) => id)]);
  }, TIMEOUT_MS);
}
