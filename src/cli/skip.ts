import { Command } from 'commander';
import { z } from 'zod';
import { createAdminClient } from './admin-client.ts';
import { deliveryLine, deliverySchema } from './delivery-line.ts';
import { answered, DEFAULT_SERVER, runCommand, TOKEN_HELP } from './run-command.ts';

const optionsSchema = z.object({ server: z.string() });

export function skipCommand(): Command {
  return new Command('skip')
    .description('Passes a parked or uncertain delivery over, so that its lane goes on. It cannot come back.')
    .argument('<id>', 'delivery, as list-parked shows it')
    .option('--server <address>', 'address of the running service', DEFAULT_SERVER)
    .addHelpText('after', TOKEN_HELP)
    .action((id: string, given: unknown) => runCommand(() => skip(id, optionsSchema.parse(given).server)));
}

async function skip(id: string, server: string): Promise<boolean> {
  const client = createAdminClient(server, process.env);
  const answer = await client.post(`/deliveries/${encodeURIComponent(id)}/skip`, 'application/json', '');
  process.stdout.write(`${deliveryLine(answered(answer, deliverySchema))}\n`);
  return true;
}
