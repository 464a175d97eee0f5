import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startVerificationWorld, type VerificationWorld } from '../installations/verification-world.ts';
import { runConnector } from './run-connector.ts';

let world: VerificationWorld;
beforeAll(async () => void (world = await startVerificationWorld()));
afterAll(() => world.stop());

const rotate = (id: string) => runConnector(['rotate-key', id, '--server', world.service.url]);
const isKnown = async (key: string): Promise<boolean> =>
  !(await world.faultyFields('authentication', { installation_key: key })).includes('installation_key');

test('rotate-key prints a new key alone on its output: it is known from then on, and the old one is not', async () => {
  const { id, key } = await world.newInstallation(41);
  expect(await isKnown(key)).toBe(true);
  const ended = await rotate(id);
  expect(ended).toMatchObject({ code: 0, errors: expect.stringContaining('ha-41') });
  const made = ended.out.trimEnd();
  expect(ended.out).toBe(`${made}\n`);
  expect([await isKnown(made), await isKnown(key)]).toEqual([true, false]);
});

test('rotate-key repeats what the service says of an installation that is not there', async () => {
  expect(await rotate('ha-404')).toMatchObject({
    code: 1,
    out: '',
    errors: expect.stringContaining('no installation of that id'),
  });
});
