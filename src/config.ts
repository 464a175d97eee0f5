import { z } from 'zod';
import { parseEncryptionKeys } from './persistence/encryption-keys.ts';
import { parseSecretTokens } from './http/secret-tokens.ts';

const flag = z.enum(['true', 'false']).transform((text) => text === 'true');
const httpUrl = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ''));
const wholeNumber = (min: number, max: number) =>
  z.string().regex(/^\d+$/, 'must be a whole number').transform(Number).pipe(z.number().min(min).max(max));

/** Every variable of product.md 4 that is in use, in the order of the documentation made from it. */
export const environmentSchema = z.object({
  PORT: wholeNumber(0, 65_535).default(8080).describe('Port of everything; `0` takes a free one.'),
  HOST: z.string().default('0.0.0.0').describe('Address to listen on.'),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .optional()
    .describe('PostgreSQL 15 or newer. Unset: a database embedded in this process, under `DATA_DIR`.'),
  DATABASE_CONNECTIONS: wholeNumber(1, 1_000)
    .default(20)
    .describe(
      "Most connections to PostgreSQL that this process opens, and one more to be told of work. With `ROLE=all`, what carries deliveries has half of them, to itself where there are three or more. A feed keeps one while it is imported, with `ROLE=all` one of the other half. All processes together must stay below PostgreSQL's `max_connections` (100 unless you raised it), so five processes with the default are too many.",
    ),
  DATA_DIR: z.string().default('./data').describe('Folder of the embedded database, and of the built search indexes.'),
  IADVIZE_SECRET_TOKENS: z
    .string()
    .transform(parseSecretTokens)
    .describe(
      'The connector\'s secret tokens from iAdvize\'s "App information", comma-separated, newest first. Each may end: `secret@2027-01-31` is valid to the end of that day (UTC).',
    ),
  ENCRYPTION_KEYS: z
    .string()
    .transform(parseEncryptionKeys)
    .describe(
      'Comma-separated `keyId:base64 of 32 bytes`. The first encrypts, all of them decrypt. To change keys, add the new one at the end in every process, then move it to the front in every process. Remove the old one when the conversations from before are gone (`RETENTION_DAYS`); erasure receipts that were signed with it can then no longer be verified. Make one: `echo "k1:$(openssl rand -base64 32)"`.',
    ),
  ADMIN_TOKEN: z
    .string()
    .min(32, 'must have at least 32 characters')
    .describe('Bearer token of `/admin`, at least 32 characters. Make one: `openssl rand -hex 32`.'),
  PUBLIC_URL: httpUrl.optional().describe('How the outside reaches this service. Unset: `http://localhost:PORT`.'),
  ROLE: z
    .enum(['all', 'web', 'worker'])
    .default('all')
    .describe(
      '`web` takes calls, `worker` carries deliveries, `all` does both: on PostgreSQL, with three connections or more, in a thread each. On a machine that both share, a `worker` runs at a lower priority (nice 5), and so does that thread of `all` on Linux. `web` and `worker` need `DATABASE_URL`.',
    ),
  INSTALLATIONS_FILE: z
    .string()
    .optional()
    .describe(
      'JSON file: an array of installations. Each is created at start, and updated when its entry has changed.',
    ),
  IADVIZE_REST_URL_SD: httpUrl
    .default('https://sd.iadvize.com/api/2')
    .describe('iAdvize REST API of the standard platform, up to and including `/api/2`.'),
  IADVIZE_REST_URL_HA: httpUrl
    .default('https://ha.iadvize.com/api/2')
    .describe('The same for the high-availability platform.'),
  IADVIZE_GRAPHQL_URL: httpUrl.default('https://api.iadvize.com/graphql').describe('iAdvize GraphQL endpoint.'),
  IADVIZE_OAUTH_URL: httpUrl.default('https://api.iadvize.com/oauth2/token').describe('iAdvize token endpoint.'),
  IADVIZE_PUSH_KEY: z
    .string()
    .min(16, 'must have at least 16 characters')
    .regex(/^[A-Za-z0-9_-]+$/, 'may hold letters, digits, "-" and "_" only')
    .optional()
    .describe('Switches the Push API of old on at `/iadvize/push/<key>`; at least 16 letters, digits, `-` or `_`.'),
  DEFAULT_PLATFORM: z
    .enum(['ha', 'sd'])
    .default('ha')
    .describe('Platform of a bare website id when both platforms have that number.'),
  ALLOW_PRIVATE_UPSTREAMS: flag
    .default(false)
    .describe('`true` lets installations name private, loopback and link-local addresses. For development only.'),
  LISTENERS_PER_INSTALLATION: wholeNumber(1, 1_000_000)
    .default(1_000)
    .describe(
      'How many listeners one installation may have at the same time, in all workers together. Open chats beyond it take turns, and the log says so.',
    ),
  FILE_LINK_HOURS: wholeNumber(1, 24 * 365)
    .default(24)
    .describe("How long the address of a remote agent's file works, in hours."),
  RECONCILE_MINUTES: wholeNumber(0, 1_440)
    .default(5)
    .describe('How often iAdvize is asked for conversations that no event told of; `0` = never.'),
  RETENTION_DAYS: wholeNumber(1, 3_650)
    .default(90)
    .describe(
      'How long events and conversations are kept, in days, where the installation has no `retentionDays` of its own.',
    ),
  CATALOGUE_MEMORY_MB: wholeNumber(16, 1_000_000)
    .default(512)
    .describe(
      'Memory for the search indexes of all catalogues, also while they are built, in MB. 100,000 products take some 100; the rest is loaded when it is needed.',
    ),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('Log level.'),
  LOG_PRETTY: flag.default(false).describe('`true` prints logs for people instead of JSON lines.'),
});

type Environment = z.infer<typeof environmentSchema>;
export type Config = Environment & { PUBLIC_URL: string };

/** A wrong environment. The message names every variable at once and never holds a value. */
export class ConfigError extends Error {}

/** Reads the environment. An empty variable counts as unset. Throws `ConfigError`. */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const given = Object.fromEntries(
    Object.keys(environmentSchema.shape)
      .filter((name) => environment[name] !== undefined && environment[name] !== '')
      .map((name) => [name, environment[name]]),
  );
  const parsed = environmentSchema.safeParse(given);
  const problems = parsed.success ? [] : parsed.error.issues.map((issue) => describe(issue, given));
  if (parsed.success && parsed.data.DATABASE_URL === undefined && parsed.data.ROLE !== 'all') {
    problems.push('ROLE: only "all" works without DATABASE_URL, since the embedded database serves one process');
  }
  if (!parsed.success || problems.length > 0) {
    throw new ConfigError(
      `The environment needs ${problems.length === 1 ? 'a correction' : `${problems.length} corrections`}:\n` +
        problems.map((problem) => `  - ${problem}`).join('\n') +
        '\nThe README\'s "Configuration" explains each variable; deploy/env.example is a start.',
    );
  }
  return { ...parsed.data, PUBLIC_URL: parsed.data.PUBLIC_URL ?? `http://localhost:${parsed.data.PORT}` };
}

function describe(issue: z.core.$ZodIssue, given: Record<string, unknown>): string {
  const name = String(issue.path[0]);
  if (!(name in given)) return `${name}: is missing`;
  // zod's own sentences may repeat what was given ("invalid option: …"), ours never do.
  const ours: Partial<Record<z.core.$ZodIssue['code'], string>> = {
    invalid_format: 'does not have the right form',
    too_small: 'is too small',
    too_big: 'is too large',
    invalid_value: issue.code === 'invalid_value' ? `must be one of ${issue.values.join(', ')}` : '',
  };
  const hasOwnSentence = issue.code === 'custom' || /^(must|may)\b/.test(issue.message);
  return `${name}: ${hasOwnSentence ? issue.message : (ours[issue.code] ?? 'is not valid')}`;
}
