import { startConversations } from '../support/conversations-under-way.ts';
import { startProcessWorld } from '../support/process-world.ts';
import { makeBenchDatabase } from './bench-database.ts';

/**
 * How long conversations stand still when one of three workers is killed or frozen in the middle of them.
 *   npm run bench -- take-over [rounds]
 */
const [roundsText = '20'] = process.argv.slice(2);
const ROUNDS = Number(roundsText);
const SIGNALS = ['SIGKILL', 'SIGSTOP'] as const;

const print = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  if (process.env['DATABASE_URL'] === undefined) throw new Error('Several workers need PostgreSQL: set DATABASE_URL.');
  const world = await startProcessWorld({}, await makeBenchDatabase());
  const silences: Record<(typeof SIGNALS)[number], number[]> = { SIGKILL: [], SIGSTOP: [] };
  let nextId = 1;
  let wrong = 0;
  try {
    const worker = () => world.start({ ROLE: 'worker' });
    const [web, ...workers] = [await world.start({ ROLE: 'web' }), await worker(), await worker(), await worker()];
    const senders = [world.sender(web)];
    await world.install(web, 1, ['thulium']);
    for (let round = 0; round < ROUNDS; round += 1) {
      const signal = SIGNALS[round % SIGNALS.length]!;
      const running = startConversations(world, senders, nextId);
      nextId += running.ids.length;
      await running.inTheMiddle();
      const [struck] = workers.splice(0, 1);
      const struckAt = Date.now();
      struck!.child.kill(signal);
      await running.arrived();
      silences[signal].push(running.longestSilenceMs(struckAt));
      wrong += running.wrong().length;
      world.stage.thulium.faults.clear();
      print(`${signal}: ${silences[signal].at(-1)} ms`);
      struck!.child.kill('SIGCONT');
      workers.push(signal === 'SIGKILL' ? await worker() : struck!);
    }
    for (const signal of SIGNALS) {
      const sorted = silences[signal].toSorted((one, other) => one - other);
      print(
        `${signal} ${sorted.length} times: longest silence of a conversation, median ${sorted[sorted.length >> 1]} ms, longest ${sorted.at(-1)} ms`,
      );
    }
    print(`conversations ${nextId - 1}; not once, whole and in order: ${wrong}`);
    if (wrong > 0) process.exitCode = 1;
  } finally {
    await world.stop();
  }
}

await main();
