import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { SingleBar } from 'cli-progress';
import { Command, Option } from 'commander';
import { z } from 'zod';
import { type AdminAnswer, type AdminClient, CommandError, createAdminClient } from './admin-client.ts';
import { answered, DEFAULT_SERVER, runCommand, TOKEN_HELP } from './run-command.ts';

const FORMATS = ['google-merchant', 'csv', 'tsv', 'json', 'ndjson'];
const POLL_MS = 500;

const optionsSchema = z.object({
  installation: z.string().toLowerCase(),
  file: z.string().optional(),
  url: z.string().optional(),
  format: z.string().optional(),
  allowShrink: z.boolean().default(false),
  customers: z.boolean().default(false),
  server: z.string(),
});
type Options = z.output<typeof optionsSchema>;

const importSchema = z.object({
  importId: z.string(),
  status: z.string(),
  items: z.number(),
  skipped: z.number(),
  bytesRead: z.number(),
  detail: z.string().nullable(),
  problems: z.array(z.object({ line: z.number(), id: z.string().nullable(), reason: z.string() })),
});
type SeenImport = z.output<typeof importSchema>;

export function importCatalogueCommand(): Command {
  return new Command('import-catalogue')
    .description('Imports a product feed into an installation and waits for its end. Exit code 0: it is live.')
    .requiredOption('--installation <id>', 'installation, such as ha-123')
    .addOption(new Option('--file <path>', 'feed on this machine, up to 64 MiB; gzip is fine').conflicts('url'))
    .option('--url <address>', 'feed on the web; the service fetches it')
    .addOption(new Option('--format <format>', 'guessed from the content unless given').choices(FORMATS))
    .option('--allow-shrink', 'accept a feed with fewer than half of the items that are live')
    .option('--customers', 'the feed is a customer list')
    .option('--server <address>', 'address of the running service', DEFAULT_SERVER)
    .addHelpText('after', TOKEN_HELP)
    .action((given: unknown) => runCommand(() => importFeed(optionsSchema.parse(given))));
}

async function importFeed(options: Options): Promise<boolean> {
  const client = createAdminClient(options.server, process.env);
  const target = `/installations/${encodeURIComponent(options.installation)}/${options.customers ? 'customers' : 'catalogue'}`;
  const { importId, totalBytes } = await start(client, target, options);
  const ended = await follow(client, `${target}?importId=${importId}`, totalBytes);
  report(ended);
  return ['live', 'replaced', 'unchanged'].includes(ended.status);
}

async function start(client: AdminClient, target: string, options: Options) {
  const { file, url, format, allowShrink } = options;
  if (url !== undefined) {
    const body = JSON.stringify({ url, format, ...(allowShrink && { allowShrink }) });
    return { importId: started(await client.post(`${target}?source=cli`, 'application/json', body)), totalBytes: 0 };
  }
  if (file === undefined) throw new CommandError('Give the feed with --file or --url.');
  const facts = await stat(file).catch(() => undefined);
  if (facts?.isFile() !== true) throw new CommandError(`There is no file ${file}.`);
  const query = new URLSearchParams({
    source: 'cli',
    ...(format && { format }),
    ...(allowShrink && { allowShrink: 'true' }),
  });
  const body = Readable.toWeb(createReadStream(file)) as ReadableStream;
  const answer = await client.post(`${target}?${query.toString()}`, contentTypeOf(file), body);
  return { importId: started(answer), totalBytes: facts.size };
}

function contentTypeOf(file: string): string {
  const types: Record<string, string> = {
    '.csv': 'text/csv',
    '.tsv': 'text/tab-separated-values',
    '.ndjson': 'application/x-ndjson',
  };
  return types[path.extname(file).toLowerCase()] ?? 'application/octet-stream';
}

const startedSchema = z.object({ importId: z.string() });
const started = (answer: AdminAnswer): string => answered(answer, startedSchema).importId;

/** Shows a bar until the import has ended. Without a known size the bar only counts. */
async function follow(client: AdminClient, statusPath: string, totalBytes: number): Promise<SeenImport> {
  const known = '{bar} {percentage}% | {items} items, {skipped} skipped';
  const format = totalBytes > 0 ? known : '{items} items, {skipped} skipped, {megabytes} MB';
  const bar = new SingleBar({ format: `Importing ${format}`, noTTYOutput: false, stream: process.stderr });
  bar.start(Math.max(totalBytes, 1), 0, { items: 0, skipped: 0, megabytes: 0 });
  try {
    for (;;) {
      const { status, body } = await client.get(statusPath);
      const parsed = z.object({ latest: importSchema }).safeParse(body);
      if (!parsed.success) throw new CommandError(`The service answered ${status} when asked for the progress.`);
      const { latest } = parsed.data;
      const { items, skipped, bytesRead } = latest;
      bar.update(Math.min(bytesRead, totalBytes), { items, skipped, megabytes: Math.round(bytesRead / 1e6) });
      if (latest.status !== 'running') return latest;
      await wait(POLL_MS);
    }
  } finally {
    bar.stop();
  }
}

function report({ status, items, skipped, detail, problems }: SeenImport): void {
  for (const { line, id, reason } of problems) {
    process.stdout.write(`  line ${line}${id === null ? '' : `, ${id}`}: ${reason}\n`);
  }
  if (status === 'live' || status === 'replaced') {
    process.stdout.write(`Imported: ${items} items are live, ${skipped} were skipped.\n`);
  } else if (status === 'unchanged') {
    process.stdout.write('The feed has not changed; what was live still is.\n');
  } else {
    process.stderr.write(`Not imported, what was live still is. ${detail ?? ''}\n`);
  }
}
