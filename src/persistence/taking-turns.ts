import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Database } from './database.ts';
import { createTurnstile } from './turnstile.ts';

type InTurn = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** As long as the pool lets anybody wait for a connection, in ms. */
const PATIENCE_MS = 5_000;

/**
 * The same database for work in the background, which is not to keep calls waiting. Of a server it has `places`
 * connections at most, whatever its statements wait for: the others are there for who calls.
 *
 * The embedded database has one session, serves in the order of coming, and answers within the turn of the event loop in
 * which it was asked: workers that ask for one thing after the other would keep it for themselves, and sockets from being
 * read. There they wait for each other, and after each query and each transaction for whatever else this process has to do.
 */
export function takingTurns(database: Database, places: number): Database {
  const inTurn = database.kind === 'postgres' ? createTurnstile(places, PATIENCE_MS) : oneByOne();
  return {
    ...database,
    query: (text, values, limitMs) => inTurn(() => database.query(text, values, limitMs)),
    transaction: (work, limitMs) => inTurn(() => database.transaction(work, limitMs)),
  };
}

function oneByOne(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work);
    last = mine.then(
      () => nextTurn(),
      () => nextTurn(),
    );
    return mine;
  };
}
