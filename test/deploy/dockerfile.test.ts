import { execFile } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { environmentSchema } from '../../src/config.ts';
import { MIGRATIONS_FOLDER } from '../../src/persistence/migrate.ts';
import { PROJECT_ROOT, projectFile } from './project-file.ts';

interface Instruction {
  stage: string;
  name: string;
  rest: string;
}

function readInstructions(text: string): Instruction[] {
  const lines = text
    .replace(/^#.*\n/gm, '')
    .replaceAll('\\\n', '')
    .split('\n')
    .filter((line) => line.trim() !== '');
  let stage = '';
  return lines.map((line) => {
    const [, name = '', rest = ''] = /^(\S+)\s+(.*)$/.exec(line) ?? [];
    if (name === 'FROM') stage = / AS (\S+)$/.exec(rest)?.[1] ?? '';
    return { stage, name, rest };
  });
}

const instructions = readInstructions(projectFile('deploy/Dockerfile'));
const named = (name: string) => instructions.filter((instruction) => instruction.name === name);
const runtime = instructions.filter(({ stage }) => stage === instructions.at(-1)!.stage);
/** Sources of a COPY, without its options and its target. */
const sourcesOf = ({ rest }: Instruction) =>
  rest
    .split(/\s+/)
    .filter((word) => !word.startsWith('--'))
    .slice(0, -1);

describe('deploy/Dockerfile', () => {
  test('starts from an earlier stage or from an image with a tag, never the latest', () => {
    const stages = instructions.map(({ stage }) => stage);
    for (const { rest } of named('FROM')) {
      const [image = ''] = rest.split(' ');
      if (!stages.includes(image)) expect(image).toMatch(/^[a-z/]+:(?!latest)\w/);
    }
  });

  test('copies everything the running service reads', () => {
    const migrations = path.relative(PROJECT_ROOT, MIGRATIONS_FOLDER);
    const targets = runtime.filter(({ name }) => name === 'COPY').map(({ rest }) => rest.split(/\s+/).at(-1));
    // package.json makes dist/ ES modules; migrations are looked for beside dist/.
    expect(targets).toEqual(expect.arrayContaining(['dist', 'node_modules', migrations, './']));
    expect(runtime.some(({ name, rest }) => name === 'COPY' && rest === 'package.json ./')).toBe(true);
  });

  test('copies from the project only what .dockerignore lets through', () => {
    const allowed = projectFile('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    const copied = named('COPY')
      .filter(({ rest }) => !rest.includes('--from='))
      .flatMap(sourcesOf);
    for (const source of copied) expect(allowed).toContain(source.split('/')[0]);
  });

  test('installs production modules only, and these hold every package that src/ imports', () => {
    expect(named('RUN').find(({ stage }) => stage === 'modules')?.rest).toContain(
      'npm ci --omit=dev --omit=optional --omit=peer --ignore-scripts',
    );
    const { dependencies } = JSON.parse(projectFile('package.json')) as { dependencies: Record<string, string> };
    expect(Object.keys(dependencies)).toEqual(expect.arrayContaining(importedPackages()));
  });

  test('runs as a user without rights, who is not asked to change the image', () => {
    const user = runtime.findIndex(({ name }) => name === 'USER');
    expect(runtime[user]?.rest).toBe('node');
    expect(runtime.slice(user + 1).map(({ name }) => name)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(USER|RUN|COPY|ADD)$/)]),
    );
  });

  test('runs what npm start runs, and stops by SIGTERM, which reaches node itself', () => {
    expect(named('STOPSIGNAL')).toMatchObject([{ rest: 'SIGTERM' }]);
    const { scripts } = JSON.parse(projectFile('package.json')) as { scripts: { start: string } };
    expect(scripts.start).toMatch(/^node /);
    expect(JSON.parse(named('CMD')[0]!.rest)).toEqual(scripts.start.split(' '));
  });

  test('holds no secret', () => {
    for (const { rest } of [...named('ENV'), ...named('ARG')]) {
      expect(rest).not.toMatch(/secret|token|password|key/i);
      expect(['NODE_ENV', ...Object.keys(environmentSchema.shape)]).toContain(rest.split('=')[0]);
    }
  });

  test.each([
    ['healthy while /live answers', { '/live': 200 }, 0],
    ['unhealthy when /live answers with an error', { '/live': 503 }, 1],
  ])('the health check: %s', async (_title, answers: Record<string, number>, expected) => {
    const server = http.createServer((request, response) => {
      response.writeHead(answers[request.url ?? ''] ?? 404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const outcome = await healthCheck((server.address() as AddressInfo).port);
    await new Promise((resolve) => server.close(resolve));
    expect(outcome).toBe(expected);
  });

  test('the health check: unhealthy when nothing listens', async () => {
    expect(await healthCheck(1)).toBe(1);
  });
});

function healthCheck(port: number): Promise<number> {
  const command = / CMD (\[.*\])$/.exec(named('HEALTHCHECK')[0]!.rest)![1]!;
  const [, ...args] = JSON.parse(command) as string[];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env: { PORT: String(port) } }, (error) =>
      resolve(error === null ? 0 : Number(error.code)),
    );
  });
}

/** Packages whose code src/ loads; what only types come from is not needed when it runs. */
function importedPackages(): string[] {
  const files = fs.readdirSync(path.join(PROJECT_ROOT, 'src'), { recursive: true, encoding: 'utf8' });
  const specifiers = files
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => [
      ...projectFile(`src/${file}`).matchAll(/^(?:im|ex)port (?!type )(?:[^;'"]* from )?["']([^"']+)["']/gm),
    ])
    .map(([, specifier = '']) => specifier)
    .filter((specifier) => !/^(\.|node:)/.test(specifier));
  return [...new Set(specifiers.map((specifier) => /^(@[^/]+\/)?[^/]+/.exec(specifier)![0]))];
}
