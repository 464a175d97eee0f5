import { createHmac, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { z } from 'zod';
import { environmentSchema } from '../config.ts';
import { CommandError } from './admin-client.ts';
import { DEFAULT_SERVER, runCommand } from './run-command.ts';
import { SAMPLE_EVENTS, sampleEvent } from './sample-event.ts';

const optionsSchema = z.object({
  event: z.enum(SAMPLE_EVENTS),
  platform: z.enum(['ha', 'sd']),
  website: z
    .string()
    .regex(/^\d{1,15}$/, 'must be a number')
    .transform(Number),
  conversation: z.string().optional(),
  file: z.string().optional(),
  server: z.string().refine(URL.canParse, 'must be an address such as http://localhost:8080'),
});
type Options = z.output<typeof optionsSchema>;

export function sendWebhookCommand(): Command {
  return new Command('send-webhook')
    .description(
      'Signs a sample webhook as iAdvize would and sends it. What follows is real: a start starts a chat in each destination of that website. Exit code 0: the service took it.',
    )
    .addOption(new Option('--event <type>', 'what happened').choices(SAMPLE_EVENTS).default(SAMPLE_EVENTS[0]))
    .addOption(new Option('--platform <platform>', 'platform of the website').choices(['ha', 'sd']).default('ha'))
    .option('--website <number>', 'website of the installation: 123 of ha-123', '1')
    .option('--conversation <id>', 'id of the conversation at iAdvize; a new one unless given')
    .option('--file <path>', 'send the bytes of this file instead of a sample')
    .option('--server <address>', 'address of the running service', DEFAULT_SERVER)
    .addHelpText('after', '\nIADVIZE_SECRET_TOKENS must be set in the environment; the first of them signs.')
    .action((given: unknown) => runCommand(() => sendWebhook(readOptions(given))));
}

function readOptions(given: unknown): Options {
  const parsed = optionsSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new CommandError(`--${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is not valid'}.`);
}

async function sendWebhook(options: Options): Promise<boolean> {
  const secret = signingSecret();
  const body = await bodyOf(options);
  const response = await post(options.server, body, {
    'content-type': 'application/json',
    'x-iadvize-signature': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    'x-iadvize-delivery': randomUUID(),
    'x-iadvize-correlationid': randomUUID(),
  });
  process.stdout.write(`${response.status} ${await response.text()}\n`);
  return response.ok;
}

async function bodyOf({ event: eventType, platform, website, conversation, file }: Options): Promise<Buffer> {
  if (file === undefined) {
    const text = JSON.stringify(sampleEvent({ eventType, platform, website, conversation }, new Date()));
    process.stdout.write(`${text}\n`);
    return Buffer.from(text);
  }
  try {
    return await readFile(file);
  } catch (error) {
    throw new CommandError(`The file ${file} cannot be read.`, { cause: error });
  }
}

/** By the rules of the service's own configuration; a secret that has ended signs nothing any more. */
function signingSecret(): string {
  const given = process.env['IADVIZE_SECRET_TOKENS'] ?? '';
  if (given === '') throw new CommandError('Set IADVIZE_SECRET_TOKENS in the environment as the service has it.');
  const parsed = environmentSchema.shape.IADVIZE_SECRET_TOKENS.safeParse(given);
  const now = new Date();
  const current = parsed.data?.find(({ endsAt }) => endsAt === undefined || now < endsAt);
  if (!current) throw new CommandError('IADVIZE_SECRET_TOKENS holds no secret that is valid today.');
  return current.value;
}

async function post(server: string, body: Buffer, headers: Record<string, string>): Promise<Response> {
  const address = `${server.replace(/\/+$/, '')}/iadvize/webhooks`;
  try {
    return await fetch(address, { method: 'POST', body: new Uint8Array(body), headers });
  } catch (error) {
    throw new CommandError(`No usable answer from ${server}. Is the service running there?`, { cause: error });
  }
}
