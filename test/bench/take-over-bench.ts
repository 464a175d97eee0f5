import { startConversations, type UnderWay } from '../support/conversations-under-way.ts';
import { startProcessWorld } from '../support/process-world.ts';
import { makeBenchDatabase } from './bench-database.ts';

/**
 * How long conversations stand still when one of three workers is killed or frozen in the middle of them, and how many
 * messages those that were frozen said once more when they woke up (K12). Fails on any of the second, and where it takes too long.
 *   npm run bench -- take-over [rounds]
 */
const [roundsText = '20'] = process.argv.slice(2);
const ROUNDS = Number(roundsText);
/** A conversation that stands still for longer was not taken over in time. */
const TAKEN_OVER_WITHIN_MS = 10_000;
const SIGNALS = ['SIGKILL', 'SIGSTOP'] as const;

const print = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  if (process.env['DATABASE_URL'] === undefined) throw new Error('Several workers need PostgreSQL: set DATABASE_URL.');
  const world = await startProcessWorld({}, { storage: await makeBenchDatabase() });
  const silences: Record<(typeof SIGNALS)[number], number[]> = { SIGKILL: [], SIGSTOP: [] };
  const all: UnderWay[] = [];
  const besideFrozen: UnderWay[] = [];
  try {
    const worker = () => world.start({ ROLE: 'worker' });
    const [web, ...workers] = [await world.start({ ROLE: 'web' }), await worker(), await worker(), await worker()];
    const sender = world.sender(web);
    await world.install(web, 1, ['thulium']);
    const begin = (): UnderWay => {
      const underWay = startConversations(world, sender, all.flatMap(({ ids }) => ids).length + 1);
      all.push(underWay);
      return underWay;
    };
    for (let round = 0; round < ROUNDS; round += 1) {
      const signal = SIGNALS[round % SIGNALS.length]!;
      const running = begin();
      await running.inTheMiddle();
      if (signal === 'SIGSTOP') besideFrozen.push(running);
      const [struck] = workers.splice(0, 1);
      const struckAt = Date.now();
      struck!.child.kill(signal);
      await running.arrived();
      silences[signal].push(running.longestSilenceMs(struckAt));
      world.stage.thulium.faults.clear();
      print(`${signal}: ${silences[signal].at(-1)} ms`);
      struck!.child.kill('SIGCONT');
      workers.push(signal === 'SIGKILL' ? await worker() : struck!);
    }
    // Whoever was frozen last is awake again by then, and could still say something twice.
    await begin().arrived();
    for (const signal of SIGNALS) {
      const sorted = silences[signal].toSorted((one, other) => one - other);
      print(
        `${signal} ${sorted.length} times: longest silence of a conversation, median ${sorted[sorted.length >> 1]} ms, longest ${sorted.at(-1)} ms`,
      );
    }
    const wrong = all.flatMap((underWay) => underWay.wrong()).length;
    print(`conversations ${all.flatMap(({ ids }) => ids).length}; not once, whole and in order: ${wrong}`);
    const doubled = besideFrozen.flatMap((underWay) => underWay.doubled()).length;
    const messages = besideFrozen.reduce((sum, underWay) => sum + underWay.messages, 0);
    print(`messages doubled by late writes of frozen workers: ${doubled} of ${messages}`);
    const late = Object.values(silences)
      .flat()
      .filter((ms) => ms > TAKEN_OVER_WITHIN_MS).length;
    print(`stood still for more than ${TAKEN_OVER_WITHIN_MS} ms: ${late} times of ${ROUNDS}`);
    if (wrong + doubled + late > 0) process.exitCode = 1;
  } finally {
    await world.stop();
  }
}

await main();
