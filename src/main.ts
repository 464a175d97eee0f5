import { startService } from './compose.ts';
import { ConfigError, readConfig } from './config.ts';
import { letCallsGoFirst } from './let-calls-go-first.ts';
import { createLogger, type Logger, standardOutput } from './observability/logger.ts';

/** What is in flight gets this long; an orchestrator's own limit is usually 10 s. */
const DRAIN_LIMIT_MS = 9_000;

async function main(): Promise<void> {
  const config = readConfig(process.env);
  if (config.ROLE === 'worker') letCallsGoFirst('process');
  const output = standardOutput(config.LOG_PRETTY);
  const logger = createLogger({ level: config.LOG_LEVEL, pretty: config.LOG_PRETTY, stream: output });
  const starting = startService({ config, logger, threadLog: output });

  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) return;
    stopping = true;
    logger.info({ event: 'draining', signal });
    const limit = setTimeout(() => {
      // Whatever was on its way is written down as such: the next worker looks before it sends again.
      logger.warn({ event: 'drain-limit-reached', limitMs: DRAIN_LIMIT_MS });
      process.exit(1);
    }, DRAIN_LIMIT_MS);
    starting
      .then((service) => service.stop())
      .then(
        () => {
          clearTimeout(limit);
          logger.info({ event: 'stopped' });
          process.exit(0);
        },
        (error: unknown) => {
          logger.error({ event: 'stop-failed', error });
          process.exit(1);
        },
      );
  };
  // Before the start is done: as the first process of a container, one without these would not be stopped by SIGTERM.
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);

  warnAboutSecrets(config.IADVIZE_SECRET_TOKENS, logger);
  const service = await starting;
  logger.info({ event: 'listening', port: service.port, role: config.ROLE, database: databaseKind(config) });
}

function databaseKind(config: { DATABASE_URL?: string | undefined }): string {
  return config.DATABASE_URL === undefined ? 'embedded' : 'postgres';
}

function warnAboutSecrets(secrets: readonly { endsAt?: Date }[], logger: Logger): void {
  const now = new Date();
  if (secrets.every((secret) => secret.endsAt !== undefined && secret.endsAt <= now)) {
    logger.warn({
      event: 'no-current-secret',
      hint: 'every secret of IADVIZE_SECRET_TOKENS has ended: all calls get 401',
    });
  }
}

main().catch((error: unknown) => {
  // Our own sentences are written for whoever starts the service; anything else is shown by its code, not its text.
  const code = (error as NodeJS.ErrnoException).code;
  const sentence = error instanceof Error ? error.message : String(error);
  const hint = error instanceof ConfigError || code === undefined ? sentence : `${code}: ${startHint(code)}`;
  process.stderr.write(`The connector cannot start. ${hint}\n`);
  process.exit(1);
});

function startHint(code: string): string {
  const hints: Record<string, string> = {
    ECONNREFUSED: 'nothing answers at DATABASE_URL. Start PostgreSQL there or correct the address.',
    ENOTFOUND: 'the host of DATABASE_URL is not known. Correct it.',
    '28P01': 'PostgreSQL refused the password of DATABASE_URL.',
    '28000': 'PostgreSQL refused the user of DATABASE_URL.',
    '53300':
      'PostgreSQL has no connection left. Lower DATABASE_CONNECTIONS of all processes, or raise its max_connections.',
    '3D000': 'the database of DATABASE_URL does not exist. Create it.',
  };
  return hints[code] ?? 'look this code up in the documentation of Node.js or PostgreSQL.';
}
