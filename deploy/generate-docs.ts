import fs from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { environmentSchema } from '../src/config.ts';
import { DESTINATION_TYPES } from '../src/destinations/registry.ts';
import { envExample } from './env-example.ts';
import { hasSection, replaceSection, sectionMarkers } from './marked-section.ts';
import { configurationTable, destinationSections, settingsFile, settingsPage } from './readme-tables.ts';
import { settingRows } from './setting-rows.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

interface Document {
  file: string;
  /** What the file holds now; empty when it is not there. */
  present: string;
  wanted: string;
}

/** Usage: generate-docs.ts [--check] [--readme <path>]. Writes what is made from the schemas, or names what is outdated. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { check: { type: 'boolean' }, readme: { type: 'string' } } });
  const documents = await makeDocuments(values.readme ?? path.join(ROOT, 'README.md'));
  for (const { file, wanted } of documents.filter(({ present, wanted }) => present !== wanted)) {
    if (values.check === true) {
      console.error(`${shown(file)} does not say what the schemas in src/ say. Run: npm run docs`);
      process.exitCode = 1;
    } else {
      await fs.mkdir(path.dirname(file), { recursive: true });
      await fs.writeFile(file, wanted);
      console.log(`wrote ${shown(file)}`);
    }
  }
}

async function makeDocuments(readmeFile: string): Promise<Document[]> {
  const envFile = path.join(ROOT, 'deploy/env.example');
  const variables = settingRows(environmentSchema);
  const readme = await readIfThere(readmeFile);
  const sections = {
    configuration: configurationTable(variables),
    destinations: destinationSections(DESTINATION_TYPES),
  };
  const pages = DESTINATION_TYPES.map(async (type): Promise<Document> => {
    const file = path.join(path.dirname(readmeFile), settingsFile(type.type));
    return { file, present: await readIfThere(file), wanted: await formatted(settingsPage(type, DESTINATION_TYPES)) };
  });
  return [
    ...(await Promise.all(pages)),
    { file: envFile, present: await readIfThere(envFile), wanted: envExample(variables) },
    { file: readmeFile, present: readme, wanted: await withSections(readmeFile, readme, sections) },
  ];
}

async function withSections(file: string, text: string, sections: Record<string, string>): Promise<string> {
  const absent = Object.keys(sections).filter((name) => !hasSection(text, name));
  if (absent.length > 0) {
    const lines = absent.flatMap(sectionMarkers).map((line) => `  ${line}\n`);
    throw new Error(
      `${shown(file)} has no place for what is made. Add these lines, once each and in this order:\n${lines.join('')}`,
    );
  }
  let result = text;
  for (const [name, markdown] of Object.entries(sections)) {
    result = replaceSection(result, name, await formatted(markdown));
  }
  return result;
}

/** By the project's own rules, so that "prettier --check" agrees. */
async function formatted(markdown: string): Promise<string> {
  const options = await resolveConfig(path.join(ROOT, 'README.md'));
  return format(markdown, { ...options, parser: 'markdown' });
}

async function readIfThere(file: string): Promise<string> {
  try {
    return await fs.readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

const shown = (file: string): string => path.relative(process.cwd(), file);

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
