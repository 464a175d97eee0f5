import { carryHead, type CarryDependencies } from '../../../src/bridge/carry-head.ts';
import { type Lease, LeaseLostError } from '../../../src/bridge/delivery.ts';
import type { Database, Transaction } from '../../../src/persistence/database.ts';

/** The process is gone: nothing of it happens any more. */
export class Vanished extends Error {}

/** Where a worker stands still, before it does the next thing that anybody else could notice. */
export type Place = 'idle' | 'database' | 'remote';

/** Lanes in one claim, and deliveries of one lane before it is somebody else's turn: small, so that workers meet often. */
const CLAIMED_AT_ONCE = 2;
const MOST_IN_A_ROW = 3;

/** One worker that goes from call to call only when it is told to, and can end between any two of them. */
export class SteppedWorker {
  readonly name: string;
  /** What the courier would renew. */
  readonly held = new Set<Lease>();
  at: Place = 'idle';
  /** Its lease was checked for the last time and the call that follows is not over. */
  sending = false;
  /** What nobody foresaw. */
  error: Error | undefined;
  #gone = false;
  #statementsLeft = Infinity;
  #go: () => void = () => undefined;
  #arrived: () => void = () => undefined;

  constructor(name: string) {
    this.name = name;
  }

  /** Stands still until the next step. Rejects when the worker ended meanwhile. */
  pass(place: Place): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#go = () => (this.#gone ? reject(new Vanished()) : resolve());
      if (this.#gone) this.#go();
      else this.#stand(place);
    });
  }

  /** Goes on to the next place. `begin` is what an idle worker does. */
  async step(begin: () => Promise<void>): Promise<void> {
    const arrived = new Promise<void>((resolve) => (this.#arrived = resolve));
    if (this.at !== 'idle') this.#go();
    else void begin().finally(() => this.#stand('idle'));
    await arrived;
  }

  /** Goes on, and ends at that statement of what comes next: before its commit, or unaware of it. */
  async stepAndVanish(statements: number, begin: () => Promise<void>): Promise<void> {
    this.#statementsLeft = statements;
    if (this.at !== 'database') this.vanish();
    await this.step(begin);
    this.vanish();
  }

  get hasVanished(): boolean {
    return this.#gone;
  }

  vanish(): void {
    this.#gone = true;
    this.#go();
  }

  /** Before every statement of a transaction. */
  spendStatement(): void {
    if (this.#statementsLeft === 0) this.#gone = true;
    this.#statementsLeft -= 1;
    this.throwIfGone();
  }

  /** After a commit: one that was to end by now does not hear of it. */
  committed(): void {
    if (this.#statementsLeft < Infinity) this.#gone = true;
    this.throwIfGone();
  }

  throwIfGone(): void {
    if (this.#gone) throw new Vanished();
  }

  #stand(place: Place): void {
    this.at = place;
    this.#arrived();
  }
}

/** The same database, at every call of which the worker stands still; a transaction is one step, cut where it vanishes. */
export function steppedDatabase(database: Database, worker: SteppedWorker): Database {
  const counted = (sql: Transaction): Transaction => ({
    ...sql,
    query: async (text, values) => {
      worker.spendStatement();
      return sql.query(text, values);
    },
  });
  return {
    ...database,
    async query(text, values) {
      await worker.pass('database');
      const rows = await database.query(text, values);
      worker.committed();
      return rows as never;
    },
    async transaction(work) {
      await worker.pass('database');
      const result = await database.transaction((sql) => work(counted(sql)));
      worker.committed();
      return result;
    },
  };
}

/** What the courier does with what it claims, one lane after the other. */
export async function carryOnce(
  worker: SteppedWorker,
  dependencies: CarryDependencies,
  leaseMs: number,
): Promise<void> {
  try {
    const leases = await dependencies.lanes.claim(worker.name, CLAIMED_AT_ONCE, leaseMs);
    for (const lease of leases) worker.held.add(lease);
    for (const lease of leases) {
      await carryLane(worker, lease, dependencies);
      worker.held.delete(lease);
      worker.sending = false;
    }
  } catch (error) {
    if (!(error instanceof Vanished)) worker.error ??= asError(error);
  } finally {
    worker.held.clear();
    worker.sending = false;
  }
}

async function carryLane(worker: SteppedWorker, lease: Lease, dependencies: CarryDependencies): Promise<void> {
  try {
    for (let count = 1, kept = true; kept; count += 1) {
      const carried = await carryHead(lease, dependencies, count < MOST_IN_A_ROW);
      kept = carried?.kept === true;
      if (carried?.error !== undefined && !(carried.error instanceof Vanished)) worker.error ??= asError(carried.error);
    }
  } catch (error) {
    if (!(error instanceof LeaseLostError)) throw error;
  }
}

const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));
