import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { PROJECT_ROOT } from '../deploy/project-file.ts';

/** What runs and documents the service. */
const COPIED = ['src', 'deploy', 'prisma', 'package.json', 'tsconfig.json', 'tsconfig.build.json', 'README.md'];
const run = promisify(execFile);

/** A copy of the project with a chat system more: a folder and its line in the registry, and nothing else. */
export interface ProjectWithToy {
  /** Absolute path of a file in it. */
  file(name: string): string;
  read(name: string): Promise<string>;
  /** Runs a program of node_modules there; rejects with what it printed unless it ends well. */
  run(program: string, ...args: string[]): Promise<void>;
  remove(): Promise<void>;
}

export async function copyProjectWithToy(): Promise<ProjectWithToy> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'connector-toy-'));
  const file = (name: string): string => path.join(folder, name);
  for (const name of COPIED) await fs.cp(path.join(PROJECT_ROOT, name), file(name), { recursive: true });
  await fs.symlink(path.join(PROJECT_ROOT, 'node_modules'), file('node_modules'));

  const toy = await fs.readFile(path.join(PROJECT_ROOT, 'test/support/toy-destination.ts'), 'utf8');
  await fs.mkdir(file('src/destinations/toy'));
  const inItsFolder = toy.replaceAll('../../src/destinations/', '../').replaceAll('../../src/', '../../');
  await fs.writeFile(file('src/destinations/toy/toy-destination.ts'), inItsFolder);

  const registry = await fs.readFile(file('src/destinations/registry.ts'), 'utf8');
  const registered = registry.replace(/( = \[)(.*\];)/, '$1toyPerChat, $2');
  if (registered === registry) throw new Error('the registry has no list to add to');
  const added = `import { toyPerChat } from './toy/toy-destination.ts';\n${registered}`;
  await fs.writeFile(file('src/destinations/registry.ts'), added);

  return {
    file,
    read: (name) => fs.readFile(file(name), 'utf8'),
    async run(program, ...args) {
      try {
        await run(process.execPath, [file(`node_modules/${program}`), ...args], { cwd: folder });
      } catch (error) {
        const { stdout, stderr } = error as { stdout: string; stderr: string };
        throw new Error(`${program} failed: ${stdout}${stderr}`, { cause: error });
      }
    },
    remove: () => fs.rm(folder, { recursive: true, force: true }),
  };
}
