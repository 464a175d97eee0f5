import { Command } from 'commander';
import { z } from 'zod';
import { createAdminClient } from './admin-client.ts';
import { answered, DEFAULT_SERVER, runCommand, TOKEN_HELP } from './run-command.ts';

const optionsSchema = z.object({ server: z.string() });

const eventSchema = z.object({
  id: z.string(),
  status: z.string(),
  eventType: z.string().nullable(),
  conversation: z.string().nullable(),
  receivedAt: z.string(),
});

export function replayEventCommand(): Command {
  return new Command('replay-event')
    .description('Plans an event again that was given up: quarantined, with the reason planning-failed.')
    .argument('<id>', 'event, as GET /admin/api/events lists it')
    .option('--server <address>', 'address of the running service', DEFAULT_SERVER)
    .addHelpText('after', TOKEN_HELP)
    .action((id: string, given: unknown) => runCommand(() => replayEvent(id, optionsSchema.parse(given).server)));
}

async function replayEvent(id: string, server: string): Promise<boolean> {
  const client = createAdminClient(server, process.env);
  const answer = await client.post(`/events/${encodeURIComponent(id)}/replay`, 'application/json', '');
  const { status, eventType, conversation, receivedAt } = answered(answer, eventSchema);
  const about = conversation === null ? '' : ` of ${conversation}`;
  process.stdout.write(`${id}  ${status}  ${eventType ?? 'event'}${about}, received ${receivedAt}\n`);
  return true;
}
