import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Database } from './database.ts';

/**
 * The same database for work in the background. The embedded one has one session, serves in the order of coming, and
 * answers within the turn of the event loop in which it was asked: workers that ask for one thing after the other would
 * keep it for themselves, and sockets from being read. Behind this they wait for each other, and after each query and
 * each transaction for whatever else this process has to do. Where the database is a server nothing changes.
 */
export function takingTurns(database: Database): Database {
  if (database.kind === 'postgres') return database;
  let last: Promise<unknown> = Promise.resolve();
  function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const mine = last.then(work);
    last = mine.then(
      () => nextTurn(),
      () => nextTurn(),
    );
    return mine;
  }
  return {
    ...database,
    query: (text, values, limitMs) => inTurn(() => database.query(text, values, limitMs)),
    transaction: (work, limitMs) => inTurn(() => database.transaction(work, limitMs)),
  };
}
