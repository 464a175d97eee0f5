import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type FeedWorld, rssOf, startFeedWorld } from '../catalogue/feed-world.ts';
import { runConnector } from './run-connector.ts';

let world: FeedWorld;
let folder: string;
beforeAll(async () => {
  world = await startFeedWorld();
  folder = await mkdtemp(path.join(os.tmpdir(), 'cli-test-'));
});
afterAll(async () => {
  await world.stop();
  await rm(folder, { recursive: true });
});

const importing = (...args: string[]) => ['import-catalogue', '--server', world.service.url, ...args];

test('imports a file and prints what was wrong with it', async () => {
  const id = await world.install(1);
  const file = path.join(folder, 'feed.xml');
  await writeFile(file, rssOf(30).replace('<g:id>p7</g:id>', ''));
  const ended = await runConnector(importing('--installation', id, '--file', file));
  expect(ended).toMatchObject({
    code: 0,
    out: expect.stringContaining('Imported: 29 items are live, 1 were skipped.'),
  });
  expect(ended.out).toMatch(/line \d+: has no id/);
  expect(await world.status(id)).toMatchObject({ live: { source: 'cli', items: 29 } });
});

test('a feed that is refused: exit code 1 and why', async () => {
  const id = await world.install(2);
  const file = path.join(folder, 'cut.xml');
  await writeFile(file, rssOf(5).slice(0, -40));
  const ended = await runConnector(importing('--installation', id, '--file', file));
  expect(ended).toMatchObject({ code: 1, errors: expect.stringContaining('The feed ended before its end.') });
});

test.each([
  ['no token', ['--installation', 'ha-1', '--url', 'http://x.example'], {}, 'Set ADMIN_TOKEN'],
  ['an unknown installation', ['--installation', 'ha-9', '--url', 'http://x.example'], undefined, 'no installation'],
  ['no such file', ['--installation', 'ha-1', '--file', '/nowhere/feed.xml'], undefined, 'There is no file'],
  ['no feed', ['--installation', 'ha-1'], undefined, 'Give the feed'],
])('%s: exit code 1 and a sentence', async (_what, args, environment, sentence) => {
  const ended = await runConnector(importing(...args), environment);
  expect(ended).toMatchObject({ code: 1, errors: expect.stringContaining(sentence) });
  expect(ended.errors).not.toContain('    at ');
});

test('--help', async () => {
  const ended = await runConnector(['import-catalogue', '--help'], {});
  expect(ended).toMatchObject({ code: 0, out: expect.stringContaining('--installation <id>') });
});
