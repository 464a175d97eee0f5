import { Command } from 'commander';
import { z } from 'zod';
import { createAdminClient } from './admin-client.ts';
import { deliveryLine, deliverySchema } from './delivery-line.ts';
import { answered, DEFAULT_SERVER, runCommand, TOKEN_HELP } from './run-command.ts';

const optionsSchema = z.object({ confirmRepeat: z.boolean().default(false), server: z.string() });

export function replayCommand(): Command {
  return new Command('replay')
    .description('Sets a delivery going again in its lane; what may have arrived is looked for before it is sent.')
    .argument('<id>', 'delivery, as list-parked shows it')
    .option('--confirm-repeat', 'also if it may be read twice: it was delivered, or nobody can tell whether it was')
    .option('--server <address>', 'address of the running service', DEFAULT_SERVER)
    .addHelpText('after', TOKEN_HELP)
    .action((id: string, given: unknown) => runCommand(() => replay(id, optionsSchema.parse(given))));
}

async function replay(id: string, { confirmRepeat, server }: z.output<typeof optionsSchema>): Promise<boolean> {
  const client = createAdminClient(server, process.env);
  const body = JSON.stringify({ confirmRepeat });
  const answer = await client.post(`/deliveries/${encodeURIComponent(id)}/replay`, 'application/json', body);
  const delivery = answered(answer, deliverySchema);
  process.stdout.write(`${deliveryLine(delivery)}\n`);
  if (delivery.repeatOf === id) process.stdout.write(`It repeats ${id}.\n`);
  return true;
}
