import { startService } from '../../src/compose.ts';
import { readConfig } from '../../src/config.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { TOY_TYPES } from './toy-destination.ts';

/** The service as `src/main.ts` starts it, but with its workers in the same thread, and with the toy for a chat system. */
const config = readConfig(process.env);
const logger = createLogger({ level: config.LOG_LEVEL });
const starting = startService({ config, logger, types: TOY_TYPES });
process.on('SIGTERM', () => {
  void starting.then((service) => service.stop()).then(() => process.exit(0));
});
const { port } = await starting;
logger.info({ event: 'listening', port });
