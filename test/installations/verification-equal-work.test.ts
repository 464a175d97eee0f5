import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startVerificationWorld, type VerificationWorld } from './verification-world.ts';

// A world of its own: a chat that another test left open is read all the time, and those calls would be counted here.
let world: VerificationWorld;

beforeAll(async () => {
  world = await startVerificationWorld();
});
afterAll(() => world.stop());

/** What verifying asks of each system, once each: a busy machine may ask again. */
async function askedBehind(installationKey: string): Promise<string[][]> {
  const { thulium, xm, servicepattern, rest, shop, good } = world;
  const logs = [thulium, xm, servicepattern, shop, rest].map(({ requests }) => requests);
  const before = logs.map((log) => log.entries().length);
  const values = { ...good.authentication, catalogue_url: good.settings.catalogue_url };
  await world.verify('authentication', { installation_key: installationKey, ...values });
  return logs.map((log, index) => {
    const asked = log.entries().slice(before[index]);
    // Only a right key says which website to read; the wrong one reads something else of the same size.
    if (log === rest.requests) return [...new Set(asked.map(({ method }) => method))];
    return [...new Set(asked.map(({ method, path }) => `${method} ${path}`))].sort();
  });
}

test('Behind a wrong key and behind none the same systems are asked as behind the right one', async () => {
  const { key } = await world.newInstallation(5);
  const behindWrong = await askedBehind(`${key}x`);
  for (const asked of behindWrong) expect(asked).not.toEqual([]);
  expect(await askedBehind(`${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`)).toEqual(behindWrong);
  expect(await askedBehind('')).toEqual(behindWrong);
  expect(await askedBehind(key)).toEqual(behindWrong);
});
