import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type PrivacyWorld, startPrivacyWorld } from '../privacy/privacy-world.ts';
import { runConnector } from './run-connector.ts';

let world: PrivacyWorld;
beforeAll(async () => {
  world = await startPrivacyWorld();
  await world.install(1, [world.thuliumDestination()], { lateStartSeconds: 0 });
});
afterAll(() => world.stop());

const command = (...args: string[]) => runConnector(['erase-visitor', ...args, '--server', world.service.url]);

test('erase-visitor erases, prints the receipt alone on its output, and says where copies are', async () => {
  const person = world.person('kunigunde', 1, 700);
  await world.talk(person, person);
  const ended = await command('--email', person.email, '--installation', 'ha-1');
  expect(ended).toMatchObject({ code: 0, errors: expect.stringMatching(/^Erased 1 conversations and 1 events\.\n/) });
  expect(ended.errors).toContain('thulium-main');
  const verdict = await world.service.admin('POST', '/privacy/verify', JSON.parse(ended.out));
  expect(verdict.body).toEqual({ valid: true });
  expect(await world.traces(person.bytes)).toEqual([]);
});

test('erase-visitor wants one name of one person, and repeats what the service says of it', async () => {
  for (const args of [[], ['--email', 'a@b.example', '--visitor-id', 'v']]) {
    expect(await command(...args)).toMatchObject({ code: 1, out: '', errors: expect.stringContaining('by one of') });
  }
  const refused = await command('--visitor-id', 'v', '--installation', 'ha-999');
  expect(refused).toMatchObject({ code: 1, out: '', errors: expect.stringContaining('no installation of that id') });
});
