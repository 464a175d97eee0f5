import type { AnsweredChallenge, Challenge } from '../destinations/challenge.ts';
import type { Database, Sql } from '../persistence/database.ts';
import type { Lease } from './delivery.ts';
import { releaseLane } from './release-parked.ts';

/** The questions that starts wait for; one per lane. */
export interface ChallengeStore {
  /** Asks in place of whatever was asked before. */
  ask(sql: Sql, lease: Lease, challenge: Challenge): Promise<void>;
  /** Takes the lane's question away, with its answer where there is one: no answer is used twice. */
  take(lease: Lease): Promise<AnsweredChallenge | undefined>;
}

interface Row {
  captcha_id: string;
  attempt: number;
  expires_at: Date;
  answer: string | null;
}

const ASK = `
INSERT INTO challenge (lane_id, captcha_id, image, attempt, expires_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (lane_id) DO UPDATE SET id = gen_random_uuid(), captcha_id = excluded.captcha_id, image = excluded.image,
  attempt = excluded.attempt, expires_at = excluded.expires_at, answer = NULL, created_at = now()`;
const TAKE = `DELETE FROM challenge WHERE lane_id = $1 RETURNING captcha_id, attempt, expires_at, answer`;
const ANSWER = `UPDATE challenge SET answer = $2 WHERE id = $1::uuid AND answer IS NULL RETURNING lane_id`;

export function createChallengeStore(database: Database): ChallengeStore {
  return {
    async ask(sql, { laneId }, { id, image, attempt, expiresAt }) {
      await sql.query(ASK, [laneId, id, image, attempt, expiresAt]);
    },
    async take({ laneId }) {
      const [row] = await database.query<Row>(TAKE, [laneId]);
      if (row?.answer == null) return undefined;
      const { captcha_id: id, attempt, expires_at: expiresAt, answer } = row;
      return { id, attempt, expiresAt, answer };
    },
  };
}

/**
 * Stores a person's answer and sets the start free that waits for it, which then uses the answer once. `id` is a UUID.
 * False when the question is not open: answered already, or replaced by a later one.
 */
export function answerChallenge(database: Database, id: string, answer: string): Promise<boolean> {
  return database.transaction(async (sql) => {
    const [answered] = await sql.query<{ lane_id: string }>(ANSWER, [id, answer]);
    if (!answered) return false;
    await releaseLane(sql, answered.lane_id, ['challenge-needed']);
    return true;
  });
}
