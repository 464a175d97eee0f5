import { Command } from 'commander';
import { z } from 'zod';
import { CommandError, createAdminClient } from './admin-client.ts';
import { answered, DEFAULT_SERVER, runCommand, TOKEN_HELP } from './run-command.ts';

const text = z.string().optional();
const optionsSchema = z.object({
  email: text,
  externalId: text,
  visitorId: text,
  installation: text,
  server: z.string(),
});
type Options = z.output<typeof optionsSchema>;

const receiptSchema = z.looseObject({
  id: z.string(),
  finishedAt: z.string().nullable(),
  erased: z.array(z.looseObject({ conversations: z.number(), events: z.number() })),
  remoteChats: z.array(z.looseObject({ destination: z.string(), remoteId: z.string() })),
});

export function eraseVisitorCommand(): Command {
  return new Command('erase-visitor')
    .description('Erases a person for good. Prints the receipt as JSON; nobody else keeps it.')
    .option('--email <address>', 'whom: the e-mail address')
    .option('--external-id <id>', 'or the client’s own id of the person')
    .option('--visitor-id <id>', 'or iAdvize’s id of their browser')
    .option('--installation <id>', 'only there, such as ha-123')
    .option('--server <address>', 'address of the running service', DEFAULT_SERVER)
    .addHelpText('after', TOKEN_HELP)
    .action((given: unknown) => runCommand(() => eraseVisitor(optionsSchema.parse(given))));
}

async function eraseVisitor({ server, ...person }: Options): Promise<boolean> {
  if ([person.email, person.externalId, person.visitorId].filter((one) => one !== undefined).length !== 1) {
    throw new CommandError('Name the person by one of --email, --external-id and --visitor-id.');
  }
  const client = createAdminClient(server, process.env);
  const answer = await client.post('/privacy/erase', 'application/json', JSON.stringify(person));
  const receipt = answered(answer, receiptSchema);
  process.stdout.write(`${JSON.stringify(receipt, null, 2)}\n`);
  process.stderr.write(`${summary(receipt)}\n`);
  return true;
}

function summary({ id, finishedAt, erased, remoteChats }: z.output<typeof receiptSchema>): string {
  const total = (name: 'conversations' | 'events'): number => erased.reduce((sum, one) => sum + one[name], 0);
  const said = [`Erased ${total('conversations')} conversations and ${total('events')} events.`];
  if (remoteChats.length > 0) {
    const chats = remoteChats.map(({ destination, remoteId }) => `${destination} ${remoteId}`).join(', ');
    said.push(`Copies in other systems are theirs to erase: ${chats}.`);
  }
  if (finishedAt === null) {
    said.push(`A remote chat is still being ended: GET /admin/api/privacy/erasures/${id} tells when that is done.`);
  }
  return said.join('\n');
}
