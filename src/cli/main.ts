import { Command } from 'commander';
import { importCatalogueCommand } from './import-catalogue.ts';

const program = new Command('connector')
  .description('Commands for whoever runs the connector. They talk to the running service; ADMIN_TOKEN is its token.')
  .addCommand(importCatalogueCommand());

await program.parseAsync();
