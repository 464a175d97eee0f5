import { Command } from 'commander';
import { doctorCommand } from './doctor.ts';
import { eraseVisitorCommand } from './erase-visitor.ts';
import { importCatalogueCommand } from './import-catalogue.ts';
import { listParkedCommand } from './list-parked.ts';
import { replayCommand } from './replay.ts';
import { replayEventCommand } from './replay-event.ts';
import { rotateKeyCommand } from './rotate-key.ts';
import { sendWebhookCommand } from './send-webhook.ts';
import { skipCommand } from './skip.ts';

const program = new Command('connector')
  .description('Commands for whoever runs the connector. They talk to the running service; ADMIN_TOKEN is its token.')
  .addCommand(doctorCommand())
  .addCommand(importCatalogueCommand())
  .addCommand(listParkedCommand())
  .addCommand(replayCommand())
  .addCommand(replayEventCommand())
  .addCommand(skipCommand())
  .addCommand(rotateKeyCommand())
  .addCommand(sendWebhookCommand())
  .addCommand(eraseVisitorCommand());

await program.parseAsync();
