import { startService } from '../../src/compose.ts';
import { readConfig } from '../../src/config.ts';
import { createLogger } from '../../src/observability/logger.ts';

/** The service as `src/main.ts` starts it, but with its workers in the same thread; it compares with iAdvize's own list every second and waits one for late events. */
const config = readConfig(process.env);
const logger = createLogger({ level: config.LOG_LEVEL });
const starting = startService({ config, logger, reconcile: { everyMs: 1_000, graceMs: 1_000, paceMs: 0 } });
process.on('SIGTERM', () => {
  void starting.then((service) => service.stop()).then(() => process.exit(0));
});
const { port } = await starting;
logger.info({ event: 'listening', port });
