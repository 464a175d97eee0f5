import type { PlainValue, Sql, Transaction } from './database.ts';

export interface PostedStatements extends Transaction {
  /** Resolves when everything that was posted is answered; throws what the first of it failed with. */
  settle(): Promise<void>;
  /** Sends what is to come behind the commit. Resolves when it is answered, well or not; `onFailed` tells of the latter. */
  runAfterwards(session: Sql, onFailed?: () => void): Promise<void>;
}

const ignore = (): void => undefined;

/** Gives a session that answers in the order in which it is asked what a transaction has. */
export function postingOn(session: Sql): PostedStatements {
  let posted: Promise<unknown>[] = [];
  const behind: ((after: Sql, onFailed?: () => void) => Promise<void>)[] = [];

  function unanswered(): Promise<unknown>[] {
    const all = posted;
    posted = [];
    return all;
  }

  return {
    async query<Row extends object>(text: string, values?: readonly unknown[], limitMs?: number) {
      const answer = session.query<Row>(text, values, limitMs);
      await Promise.all([...unanswered(), answer]);
      return answer;
    },
    post(text, values) {
      const answer = session.query(text, values);
      answer.catch(ignore);
      posted.push(answer);
    },
    afterwards<Row extends object>(text: string, values?: readonly PlainValue[]) {
      const answer = new Promise<Row[]>((resolve, reject: (error: Error) => void) => {
        behind.push(async (after, onFailed) => {
          try {
            resolve(await after.query<Row>(text, values));
          } catch (error) {
            onFailed?.();
            reject(error as Error);
          }
        });
      });
      answer.catch(ignore);
      return answer;
    },
    async settle() {
      await Promise.all(unanswered());
    },
    async runAfterwards(after, onFailed) {
      await Promise.all(behind.map((run) => run(after, onFailed)));
    },
  };
}
