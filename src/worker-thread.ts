import { parentPort, workerData } from 'node:worker_threads';
import { createCommon } from './compose-common.ts';
import { ALIVE_EVERY_MS, type ThreadData, type ThreadMessage, type ThreadOrder } from './compose-worker-thread.ts';
import { startWorkers } from './compose-workers.ts';
import { readConfig } from './config.ts';
import { DESTINATION_TYPES } from './destinations/registry.ts';
import { letCallsGoFirst } from './let-calls-go-first.ts';
import { lineBatches } from './observability/line-batches.ts';
import { createLogger } from './observability/logger.ts';
import { openDatabase } from './persistence/open-database.ts';

/** The first thread gathers them again, and loses what is not there yet when it ends. */
const LINES_TOGETHER = { mostLines: 64, mostWaitMs: 10 };

const say = (message: ThreadMessage): void => parentPort?.postMessage(message);

async function main(): Promise<void> {
  letCallsGoFirst('thread');
  setInterval(() => say({ alive: true }), ALIVE_EVERY_MS);
  const { connections } = workerData as ThreadData;
  const config = readConfig(process.env);
  const stream = lineBatches({ write: (log) => say({ log }), flushSync: () => undefined }, LINES_TOGETHER);
  const logger = createLogger({ level: config.LOG_LEVEL, pretty: config.LOG_PRETTY, stream });
  const { DATABASE_URL: databaseUrl, DATA_DIR: dataDir } = config;
  const database = await openDatabase({ databaseUrl, dataDir, connections });
  const common = createCommon({ config, logger, database, types: DESTINATION_TYPES });
  const workers = await startWorkers({
    ...common,
    places: connections,
    onCarried: (carried) => say({ carried }),
    onExpired: (expired) => say({ expired }),
  });

  async function stop(): Promise<void> {
    await workers.stop();
    common.closeClients();
    await database.close();
    process.exit(0);
  }

  parentPort?.on('message', (order: ThreadOrder) => {
    if ('stop' in order) void stop();
    else void workers.hint(order.hint.installationId, order.hint.destinationId).catch(() => undefined);
  });
  say({ started: true });
}

await main();
