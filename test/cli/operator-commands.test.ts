import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ReplayWorld, startReplayWorld } from '../admin/replay-world.ts';
import { eventually } from '../support/eventually.ts';
import { SECRET } from '../support/test-environment.ts';
import { runConnector } from './run-connector.ts';

const MESSAGE = { method: 'POST', path: /\/message$/ };

let world: ReplayWorld;
let folder: string;
beforeAll(async () => {
  world = await startReplayWorld();
  await world.install(1, [world.thuliumDestination()]);
  folder = await mkdtemp(path.join(os.tmpdir(), 'cli-test-'));
});
afterAll(async () => {
  await world.stop();
  await rm(folder, { recursive: true });
});

const command = (...args: string[]) => runConnector([...args, '--server', world.service.url]);
const sending = (args: string[], secrets = SECRET) =>
  runConnector(['send-webhook', '--server', world.service.url, ...args], { IADVIZE_SECRET_TOKENS: secrets });

/** A conversation whose first text is refused. */
async function parkedConversation(texts: string[]) {
  const one = world.conversation(texts);
  await world.sender.send(one.started());
  await eventually(
    () => world.deliveries(one.id),
    (all) => all.some(({ kind, status }) => kind === 'message' && status === 'delivered'),
  );
  world.thulium.faults.add({ match: MESSAGE, kind: 'status', status: 403 });
  await world.sender.send(one.closed());
  return { one, parked: await world.with(one, 'parked') };
}

const whole = (conversationId: number) =>
  eventually(
    () => world.said(conversationId),
    (said) => said.includes('stop'),
  );

test('list-parked, replay and skip: what waits is listed, goes on, and the list is empty', async () => {
  expect(await command('list-parked')).toMatchObject({ code: 0, out: 'Nothing waits for a person.\n' });
  const first = await parkedConversation(['again']);
  const second = await parkedConversation(['never', 'bye']);
  const listed = await command('list-parked', '--installation', 'ha-1');
  expect(listed.out.split('\n').filter((line) => line.includes('parked (permission-missing)'))).toHaveLength(2);
  expect(listed.out).toMatch(new RegExp(`^${first.parked.id}  .* of ${first.one.id} into thulium-main`, 'm'));
  expect((await command('list-parked', '--installation', 'ha-2')).out).toContain('Nothing waits');

  expect(await command('replay', first.parked.id)).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+ {2}/) });
  expect(await command('skip', second.parked.id)).toMatchObject({
    code: 0,
    out: expect.stringContaining('skipped (skipped-by-operator)'),
  });
  expect(await whole(first.one.conversationId)).toEqual(['again', 'stop']);
  expect(await whole(second.one.conversationId)).toEqual(['bye', 'stop']);
  expect((await command('list-parked')).out).toBe('Nothing waits for a person.\n');
  expect(await command('replay', first.parked.id, '--confirm-repeat')).toMatchObject({
    code: 1,
    errors: expect.stringContaining('Its remote chat is over'),
  });
});

test('replay repeats what was delivered only when it is confirmed', async () => {
  const one = world.conversation([]);
  await world.sender.send(one.started());
  const { id } = (await eventually(
    async () =>
      (await world.deliveries(one.id)).find(({ kind, status }) => kind === 'message' && status === 'delivered'),
    (found) => found !== undefined,
  ))!;
  expect(await command('replay', id)).toMatchObject({ code: 1, errors: expect.stringContaining('delivered') });
  const repeated = await command('replay', id, '--confirm-repeat');
  expect(repeated).toMatchObject({ code: 0, out: expect.stringContaining(`It repeats ${id}.`) });
  await eventually(
    () => world.said(one.conversationId),
    (said) => said.length === 1,
  );
});

describe('send-webhook', () => {
  test.each(['conversation.started', 'v2.conversation.pushed'])('%s is taken and starts a chat', async (event) => {
    const before = world.thulium.ledger.entries().filter(({ kind }) => kind === 'start').length;
    const ended = await sending(['--event', event, '--website', '1']);
    expect(ended).toMatchObject({ code: 0, out: expect.stringContaining('202 {"status":"accepted"}') });
    await world.thulium.ledger.waitFor((all) => all.filter(({ kind }) => kind === 'start').length === before + 1);
    expect(ended.out).not.toContain(SECRET);
  });

  test('a close of the conversation that is named', async () => {
    const one = world.conversation([]);
    await world.sender.send(one.started());
    const args = ['--event', 'conversation.closed', '--conversation', String(one.conversationId)];
    expect(await sending(args)).toMatchObject({ code: 0 });
    await whole(one.conversationId);
  });

  test('the bytes of a file as they are, signed by the first secret that has not ended', async () => {
    const file = path.join(folder, 'event.json');
    await writeFile(file, '{ "what": "is this" }');
    const ended = await sending(['--file', file], `gone@2020-01-01,${SECRET}`);
    expect(ended).toMatchObject({ code: 0, out: '202 {"status":"quarantined"}\n' });
  });

  test.each([
    ['another secret', ['--website', '1'], 'another', 1, '401'],
    ['no secret', [], '', 1, 'Set IADVIZE_SECRET_TOKENS'],
    ['an old secret', [], 'gone@2020-01-01', 1, 'no secret that is valid'],
    ['no number', ['--website', 'shop'], SECRET, 1, '--website must be a number'],
    ['no file', ['--file', '/nowhere.json'], SECRET, 1, 'cannot be read'],
  ])('%s: exit code 1 and why', async (_what, args, secrets, code, sentence) => {
    const ended = await sending(args, secrets);
    expect(ended.code).toBe(code);
    expect(ended.out + ended.errors).toContain(sentence);
    expect(ended.errors).not.toContain('    at ');
  });
});

test.each(['list-parked', 'replay', 'replay-event', 'skip', 'send-webhook'])('%s --help', async (name) => {
  const ended = await runConnector([name, '--help'], {});
  expect(ended).toMatchObject({ code: 0, out: expect.stringContaining('--server <address>') });
});

test.each([
  [['replay', '999999'], 'There is no delivery'],
  [['skip', '../x'], 'There is no'],
  [['replay-event', '999999'], 'There is no event'],
])('%j: exit code 1 and a sentence', async (args, sentence) => {
  const ended = await command(...args);
  expect(ended).toMatchObject({ code: 1, errors: expect.stringContaining(sentence) });
  expect(ended.errors).not.toContain('    at ');
});
