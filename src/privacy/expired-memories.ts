import { retentionDaysOf } from '../persistence/retention-days.ts';
import { removeInBatches, type SweepDependencies } from './expired-batches.ts';

/** Rows of one transaction. */
const BATCH = 500;

const isBefore = (time: string): string =>
  `${time} < now() - ${retentionDaysOf('installation', '$1')} * interval '1 day'`;

const FORGET_OPERATORS = `
WITH forgotten AS (
  DELETE FROM operator WHERE ctid = ANY(ARRAY(
    SELECT operator.ctid FROM operator LEFT JOIN installation ON installation.id = installation_id
     WHERE ${isBefore('operator.updated_at')} LIMIT ${BATCH} FOR UPDATE OF operator SKIP LOCKED))
  RETURNING 1
)
SELECT count(*)::int AS count FROM forgotten`;

// The installation is the first part of a conversation's id.
export const FORGET_ACTIONS = `
WITH forgotten AS (
  DELETE FROM profile_action WHERE ctid = ANY(ARRAY(
    SELECT action.ctid FROM profile_action AS action
      LEFT JOIN installation ON installation.id = split_part(action.conversation_id, ':', 1)
     WHERE ${isBefore('action.created_at')}
       AND NOT EXISTS (SELECT FROM conversation WHERE conversation.id = action.conversation_id OFFSET 0)
     LIMIT ${BATCH} FOR UPDATE OF action SKIP LOCKED))
  RETURNING 1
)
SELECT count(*)::int AS count FROM forgotten`;

/** Forgets operators' names, which are read again when they are needed. */
export function forgetExpiredOperators(dependencies: SweepDependencies): Promise<void> {
  return forget(dependencies, FORGET_OPERATORS, (operators) => ({ operators }));
}

/** Forgets the profile actions that no conversation is left of. */
export function forgetExpiredActions(dependencies: SweepDependencies): Promise<void> {
  return forget(dependencies, FORGET_ACTIONS, () => ({}));
}

function forget(
  dependencies: SweepDependencies,
  statement: string,
  removed: (count: number) => { operators?: number },
): Promise<void> {
  return removeInBatches(dependencies, true, async (sql) => {
    const [forgotten] = await sql.query<{ count: number }>(statement, [dependencies.retentionDays]);
    const count = forgotten?.count ?? 0;
    return { removed: removed(count), next: count === BATCH ? true : undefined };
  });
}
