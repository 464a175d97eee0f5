import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { PROJECT_ROOT } from './project-file.ts';

const MARKERS = ['configuration', 'destinations'].map((name) => `<!-- ${name}:start -->\n<!-- ${name}:end -->\n`);

let folder = '';
let readme = '';

beforeEach(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'connector-docs-'));
  readme = path.join(folder, 'README.md');
});
afterEach(() => fs.rm(folder, { recursive: true }));

interface Outcome {
  code: number;
  errors: string;
}

function run(file: string, ...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [`node_modules/${file}`, ...args], { cwd: PROJECT_ROOT }, (error, _output, errors) => {
      resolve({ code: error === null ? 0 : Number(error.code), errors });
    });
  });
}
const generate = (...args: string[]): Promise<Outcome> =>
  run('tsx/dist/cli.mjs', 'deploy/generate-docs.ts', '--readme', readme, ...args);

describe('npm run docs', () => {
  test('writes sections that it then finds current and prettier finds clean', async () => {
    await fs.writeFile(readme, `# Title\n\nWords.\n\n${MARKERS.join('\nMore words.\n\n')}\nThe end.\n`);
    expect(await generate()).toEqual({ code: 0, errors: '' });
    const written = await fs.readFile(readme, 'utf8');
    expect(written).toMatch(/Words\.[^]*`ADMIN_TOKEN`[^]*More words\.[^]*- Thulium[^]*The end\./);
    const settings = path.join(folder, 'src/destinations/thulium/SETTINGS.md');
    expect(await fs.readFile(settings, 'utf8')).toContain('`chatQueueId`');
    expect(await generate('--check')).toEqual({ code: 0, errors: '' });
    const config = path.join(PROJECT_ROOT, 'package.json');
    expect(await run('prettier/bin/prettier.cjs', '--config', config, '--check', readme, settings)).toMatchObject({
      code: 0,
    });
  });

  test('with --check: names the file and the command, and writes nothing', async () => {
    await fs.writeFile(readme, MARKERS.join('\n'));
    const { code, errors } = await generate('--check');
    expect(code).toBe(1);
    expect(errors).toContain('README.md');
    expect(errors).toContain('npm run docs');
    expect(await fs.readFile(readme, 'utf8')).toBe(MARKERS.join('\n'));
  });

  test('without a README: says which lines to add', async () => {
    const { code, errors } = await generate();
    expect(code).toBe(1);
    for (const marker of MARKERS.join('').trim().split('\n')) expect(errors).toContain(marker);
  });

  test('without one of the sections: asks for that one only', async () => {
    await fs.writeFile(readme, MARKERS[0]!);
    const { errors } = await generate('--check');
    expect(errors).toContain('<!-- destinations:start -->');
    expect(errors).not.toContain('<!-- configuration:start -->');
  });
});
