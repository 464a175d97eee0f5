import { Command } from 'commander';
import { z } from 'zod';
import { createAdminClient } from './admin-client.ts';
import { deliveryLine, deliverySchema } from './delivery-line.ts';
import { answered, DEFAULT_SERVER, runCommand, TOKEN_HELP } from './run-command.ts';

/** What a person must look at, and what was too old to be said. */
const STATUSES = ['parked', 'uncertain', 'expired'];

const optionsSchema = z.object({ installation: z.string().optional(), server: z.string() });
const pageSchema = z.object({ items: z.array(deliverySchema), nextCursor: z.string().nullable() });

export function listParkedCommand(): Command {
  return new Command('list-parked')
    .description('Lists the deliveries that wait for a person: parked and uncertain ones, and those that expired.')
    .option('--installation <id>', 'only of this installation, such as ha-123')
    .option('--server <address>', 'address of the running service', DEFAULT_SERVER)
    .addHelpText('after', TOKEN_HELP)
    .action((given: unknown) => runCommand(() => listParked(optionsSchema.parse(given))));
}

async function listParked({ installation, server }: z.output<typeof optionsSchema>): Promise<boolean> {
  const client = createAdminClient(server, process.env);
  let found = 0;
  for (const status of STATUSES) {
    for (let cursor: string | null = ''; cursor !== null;) {
      const query = new URLSearchParams({
        status,
        limit: '200',
        ...(installation !== undefined && { installation }),
        ...(cursor !== '' && { cursor }),
      });
      const page: z.output<typeof pageSchema> = answered(
        await client.get(`/deliveries?${query.toString()}`),
        pageSchema,
      );
      for (const delivery of page.items) process.stdout.write(`${deliveryLine(delivery)}\n`);
      found += page.items.length;
      cursor = page.nextCursor;
    }
  }
  if (found === 0) process.stdout.write('Nothing waits for a person.\n');
  return true;
}
