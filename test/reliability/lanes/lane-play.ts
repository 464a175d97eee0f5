import { createLaneStore } from '../../../src/bridge/lane-store.ts';
import type { Database } from '../../../src/persistence/database.ts';
import { ModelledChats, WELL } from './modelled-chats.ts';
import { emptyLane, isBeginning, type ModelledLane, plan } from './modelled-lane.ts';
import type { Move, Play } from './moves.ts';
import { carryOnce, SteppedWorker } from './stepped-worker.ts';
import { dependenciesOf } from './worker-dependencies.ts';

/** Long against the time a play takes: nothing falls due but by a tick. */
const TICK = '100 s';
const LEASE_MS = 50_000;
const MOST_TICKS_TO_FINISH = 120;
const CLEAR = `TRUNCATE conversation, lane, destination_health CASCADE`;
/** The database's clock goes on: what it once wrote down lies further back. */
const PASS_TIME = [
  `UPDATE lane SET next_at = next_at - $1::interval, lease_until = lease_until - $1::interval`,
  `UPDATE delivery SET first_failure_at = first_failure_at - $1::interval WHERE open`,
  `UPDATE attempt SET started_at = started_at - $1::interval`,
  `UPDATE destination_health SET next_trial_at = next_trial_at - $1::interval, throttled_until = throttled_until - $1::interval`,
];

/** Plays the moves against the real lane store and the real courier's work. Resolves with the steps; throws what broke. */
export async function playLanes(
  database: Database,
  { workers: count, lanes: laneCount, moves, fates }: Play,
): Promise<number> {
  await database.query(CLEAR);
  const lanes = Array.from({ length: laneCount }, (_, index) => emptyLane(index + 1));
  const laneOf = (id: string): ModelledLane => lanes.find(({ conversationId }) => conversationId === id)!;
  const broken: string[] = [];
  const describe = (id: string, what: string): string =>
    `${id}: ${what}; seen ${JSON.stringify(chats.seen(id))}, wanted ${JSON.stringify(laneOf(id).wanted)}`;
  const chats = new ModelledChats((id) => {
    if (!isBeginning(chats.seen(id), laneOf(id).wanted)) broken.push(describe(id, 'doubled or out of order'));
  });
  let made = 0;
  let steps = 0;
  let calls = 0;
  const places = Array.from({ length: count }, makePlace);

  /** A worker with all that a courier has. */
  function makePlace() {
    const worker = new SteppedWorker(`worker-${(made += 1)}`);
    const destination = chats.destinationFor(worker, () => fates[calls++] ?? WELL);
    const dependencies = dependenciesOf(database, worker, destination, (id) => laneOf(id).transcript);
    const begin = (): Promise<void> => carryOnce(worker, dependencies, LEASE_MS);
    const step = async (): Promise<void> => {
      steps += 1;
      await worker.step(begin);
      if (worker.error !== undefined) throw worker.error;
    };
    return { worker, step, kill: (statement: number) => worker.stepAndVanish(statement, begin) };
  }

  async function tick(cutOff: number): Promise<void> {
    // A call ends within its time, and so does the moment between the last check and its first byte.
    for (const { worker, step } of places) while (worker.sending) await step();
    for (const statement of PASS_TIME) await database.query(statement, [TICK]);
    chats.now += 1;
    const store = createLaneStore(database);
    for (const [index, { worker }] of places.entries()) {
      if ((cutOff >> index) % 2 === 0) await store.renew([...worker.held], LEASE_MS);
    }
  }

  async function play(move: Move): Promise<void> {
    switch (move.do) {
      case 'plan':
        return plan(database, lanes[move.lane % lanes.length]!, move);
      case 'tick':
        return tick(move.cutOff);
      case 'step':
        return stepTimes(move);
      case 'kill':
        steps += 1;
        await places[move.worker % places.length]!.kill(move.statement);
        bury();
    }
  }

  async function stepTimes({ worker: index, times }: Move & { do: 'step' }): Promise<void> {
    for (let time = 0; time < times; time += 1) {
      await places[index % places.length]!.step();
      bury();
    }
  }

  /** Whoever vanished is followed by a fresh one. */
  function bury(): void {
    for (const [index, { worker }] of places.entries()) if (worker.hasVanished) places[index] = makePlace();
  }

  /** No more trouble: each worker finishes what it does and takes what there is, tick by tick. */
  async function finish(): Promise<void> {
    for (let ticks = 0; await hasMore(database); ticks += 1) {
      if (ticks > MOST_TICKS_TO_FINISH) throw new Error('there is no end to it');
      for (const { worker, step } of places) {
        do await step();
        while (worker.at !== 'idle');
      }
      bury();
      await tick(0);
    }
    for (const { worker, step } of places) while (worker.at !== 'idle') await step();
  }

  for (const move of moves) {
    await play(move);
    if (broken.length > 0) throw new Error(broken[0]);
  }
  await finish();
  for (const { conversationId, wanted } of lanes) {
    if (chats.seen(conversationId).length < wanted.length) broken.push(describe(conversationId, 'lost'));
  }
  if (broken.length > 0) throw new Error(broken[0]);
  return steps;
}

async function hasMore(database: Database): Promise<boolean> {
  return (await database.query(`SELECT 1 AS open FROM delivery WHERE open LIMIT 1`)).length > 0;
}
