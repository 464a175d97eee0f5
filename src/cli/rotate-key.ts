import { Command } from 'commander';
import { z } from 'zod';
import { createAdminClient } from './admin-client.ts';
import { answered, DEFAULT_SERVER, runCommand, TOKEN_HELP } from './run-command.ts';

const optionsSchema = z.object({ server: z.string() });
const keySchema = z.object({ installationKey: z.string() });

export function rotateKeyCommand(): Command {
  return new Command('rotate-key')
    .description('Makes a new installation key and prints it, this once; the old one ends at once.')
    .argument('<installation>', 'installation, such as ha-123')
    .option('--server <address>', 'address of the running service', DEFAULT_SERVER)
    .addHelpText('after', TOKEN_HELP)
    .action((id: string, given: unknown) => runCommand(() => rotateKey(id, optionsSchema.parse(given).server)));
}

async function rotateKey(id: string, server: string): Promise<boolean> {
  const client = createAdminClient(server, process.env);
  const answer = await client.post(`/installations/${encodeURIComponent(id)}/key`, 'application/json', '');
  process.stdout.write(`${answered(answer, keySchema).installationKey}\n`);
  process.stderr.write(`The old key of ${id} has ended. Hand this one to the client: it is not shown again.\n`);
  return true;
}
