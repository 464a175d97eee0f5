import { Command } from 'commander';
import { z } from 'zod';
import { type AdminClient, createAdminClient } from './admin-client.ts';
import { answered, DEFAULT_SERVER, runCommand, TOKEN_HELP } from './run-command.ts';

/** In one page of the list. */
const PAGE = 200;

const optionsSchema = z.object({ server: z.string() });

const listSchema = z.object({ items: z.array(z.object({ id: z.string() })), nextCursor: z.string().nullable() });
const findingsSchema = z.object({
  findings: z.array(z.object({ subject: z.string(), ok: z.boolean(), field: z.string(), sentence: z.string() })),
});
type SeenFinding = z.output<typeof findingsSchema>['findings'][number];

export function doctorCommand(): Command {
  return new Command('doctor')
    .description(
      'Asks every system of an installation whether its settings work, and prints one sentence per finding. Changes nothing. Exit code 0: all is well.',
    )
    .argument('[installation]', 'installation, such as ha-123; all of them unless given')
    .option('--server <address>', 'address of the running service', DEFAULT_SERVER)
    .addHelpText('after', TOKEN_HELP)
    .action((installation: string | undefined, given: unknown) =>
      runCommand(() => examine(createAdminClient(optionsSchema.parse(given).server, process.env), installation)),
    );
}

/** True when no finding is a fault. */
async function examine(client: AdminClient, wanted: string | undefined): Promise<boolean> {
  const ids = wanted === undefined ? await listInstallations(client) : [wanted];
  if (ids.length === 0) process.stdout.write('There is no installation yet.\n');
  let isWell = true;
  // One after the other: what is printed stays together, and the service has other work.
  for (const id of ids) {
    const answer = await client.post(`/installations/${encodeURIComponent(id)}/check`, 'application/json', '');
    const { findings } = answered(answer, findingsSchema);
    process.stdout.write(`${id}\n${findings.map(line).join('')}`);
    isWell &&= findings.every(({ ok }) => ok);
  }
  return isWell;
}

async function listInstallations(client: AdminClient): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const query = new URLSearchParams({ limit: String(PAGE), ...(cursor !== '' && { cursor }) });
    const page: z.output<typeof listSchema> = answered(
      await client.get(`/installations?${query.toString()}`),
      listSchema,
    );
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  }
  return ids;
}

function line({ subject, ok, field, sentence }: SeenFinding): string {
  const where = field === '' ? subject : `${subject}, ${field}`;
  // A name that a remote system gave must not steer the terminal.
  const plain = `${where}: ${sentence}`.replace(/\p{Cc}+/gu, ' ');
  return `  ${ok ? 'ok  ' : 'FAIL'}  ${plain}\n`;
}
