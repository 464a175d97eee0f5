import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type BridgeWorld, REST_KEY, startBridgeWorld, THULIUM_LOGIN } from '../support/bridge-world.ts';
import { runConnector } from './run-connector.ts';

let world: BridgeWorld;

beforeAll(async () => {
  world = await startBridgeWorld();
  world.rest.setWebsite({ id: 1 });
  await world.install(1, [world.thuliumDestination(PATIENT)]);
});
afterAll(() => world.stop());

/** A busy machine is no slow chat system. */
const PATIENT = { settleMs: 60_000 };
const doctor = (...args: string[]) => runConnector(['doctor', '--server', world.service.url, ...args]);

test('An installation that works: one sentence per finding, exit code 0, no trace and no secret', async () => {
  const ended = await doctor('ha-1');
  expect(ended).toMatchObject({ code: 0, errors: '' });
  const [title, ...lines] = ended.out.trimEnd().split('\n');
  expect(title).toBe('ha-1');
  expect(lines).toContain('  ok    thulium-main: The chat queue 3 exists.');
  expect(lines).toContainEqual(
    expect.stringMatching(
      /^ {2}ok {4}thulium-main: The slowest of its answers to this check took [\d,]+ ms; a doubtful message is looked for twice, 60,000 ms apart\.$/,
    ),
  );
  expect(lines.every((line) => /^ {2}ok {4}\S+: \S.*\.$/.test(line))).toBe(true);
  expect(world.thulium.ledger.entries()).toEqual([]);
});

test('All installations: what fails is named with its setting, and the exit code is 1', async () => {
  await world.install(2, [world.thuliumDestination({ apiPassword: 'canary-wrong', chatQueueId: 3 })]);
  world.rest.setWebsite({ id: 2 });
  const ended = await doctor();
  expect(ended.code).toBe(1);
  expect(ended.out).toMatch(/^ha-1\n {2}ok/);
  expect(ended.out).toMatch(/\nha-2\n {2}FAIL {2}thulium-main, apiPassword: Thulium refused the API user/);
  for (const secret of ['canary', THULIUM_LOGIN.apiPassword, REST_KEY]) expect(ended.out).not.toContain(secret);
  expect((await doctor('ha-1')).code).toBe(0);
});

test.each([
  ['no token', ['doctor'], {}, 'Set ADMIN_TOKEN'],
  ['an unknown installation', ['doctor', 'ha-9'], undefined, 'no installation'],
  ['nobody there', ['doctor', '--server', 'http://127.0.0.1:1'], undefined, 'Is the service running there?'],
])('%s: exit code 1 and a sentence', async (_what, [command = '', ...args], environment, sentence) => {
  const ended = await runConnector([command, '--server', world.service.url, ...args], environment);
  expect(ended).toMatchObject({ code: 1, errors: expect.stringContaining(sentence) });
  expect(ended.errors).not.toContain('    at ');
});

test('--help', async () => {
  const ended = await runConnector(['doctor', '--help'], {});
  expect(ended).toMatchObject({ code: 0, out: expect.stringContaining('[installation]') });
  expect(ended.out).toContain('Exit code 0: all is well.');
});
