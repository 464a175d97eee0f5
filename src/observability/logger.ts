import { type DestinationStream, type Logger, pino } from 'pino';
import { lineBatches } from './line-batches.ts';

export type { Logger } from 'pino';

/**
 * The one list of what never reaches a log, by field name at any of the depths we log at. It is the second line of
 * defence: callers log ids, codes and counts, not requests or settings.
 */
const REDACTED_FIELDS = [
  'authorization',
  'cookie',
  'password',
  'apiPassword',
  'secret',
  'token',
  'accessToken',
  'refreshToken',
  'access_token',
  'refresh_token',
  'apiKey',
  'restApiKey',
  'captcha',
  'installationKey',
  'signature',
  'body',
  'text',
  'message',
  'email',
  'name',
  'phone',
  'query',
] as const;

const REDACTED_PATHS = REDACTED_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);

export interface LoggerOptions {
  level: string;
  pretty?: boolean;
  /** Where lines go; default standard output. */
  stream?: DestinationStream;
}

/** Errors are logged by class, code and stack frames; their messages may quote what a remote system said. */
function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const code = (error as NodeJS.ErrnoException).code;
  const frames = (error.stack ?? '').split('\n').filter((line) => line.trimStart().startsWith('at '));
  return {
    type: error.constructor.name,
    ...(code === undefined ? {} : { code }),
    stack: frames.slice(0, 8).join('\n'),
  };
}

/**
 * The same logger for lines whose fields are a closed list that can hold nothing secret: to look through each line takes
 * as long as the rest of a fast request's log line.
 */
export const withoutRedaction = (logger: Logger): Logger => logger.child({}, { redact: { paths: [] } });

/** JSON lines. Levels: error = a person must look, warn = degraded, info = one line per thing done. */
export function createLogger({ level, pretty = false, stream = standardOutput(pretty) }: LoggerOptions): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: [...REDACTED_PATHS], censor: '[redacted]' },
    serializers: { error: describeError, err: describeError },
  };
  return pino(pretty ? { ...options, formatters: {} } : options, stream);
}

/** Standard output: what it is given is written beside the work, made `pretty` for people. */
export function standardOutput(pretty: boolean): DestinationStream {
  if (!pretty) return lineBatches(pino.destination({ dest: 1, sync: false }));
  return pino.transport({ target: 'pino-pretty', options: { ignore: 'pid,hostname' } });
}
