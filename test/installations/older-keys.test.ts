import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Database } from '../../src/persistence/database.ts';
import { openTestDatabase } from '../support/test-database.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { MASKED, shop } from './installation-world.ts';

const key = (id: string, fill: number): string => `${id}:${Buffer.alloc(32, fill).toString('base64')}`;
const [OLD, NEW, FOREIGN] = [key('k1', 1), key('k2', 2), key('k3', 3)];

let shared: Database;
beforeAll(async () => {
  shared = await openTestDatabase();
});
afterAll(() => shared.close());

/** A service with these keys on the database of the one before. */
async function withKeys<Result>(keys: string[], use: (service: TestService) => Promise<Result>): Promise<Result> {
  const database = { ...shared, close: async () => undefined };
  const service = await startTestService({ ENCRYPTION_KEYS: keys.join(',') }, { database });
  try {
    return await use(service);
  } finally {
    await service.stop();
  }
}

const read = (service: TestService) => service.admin('GET', '/installations/ha-1');
const eventsOf = (service: TestService, event: string) =>
  service
    .logs()
    .split('\n')
    .flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Record<string, unknown>]))
    .filter((line) => line['event'] === event);

test('After a start with a new key in front, what is kept opens without the old one', async () => {
  await withKeys([OLD], async (service) => {
    expect((await service.admin('POST', '/installations', shop(1))).status).toBe(201);
  });
  await withKeys([NEW, OLD], async (service) => {
    const anew = eventsOf(service, 'sealed-anew').map(({ table, column, count }) => ({ table, column, count }));
    expect(anew).toContainEqual({ table: 'installation', column: 'secrets', count: 1 });
  });
  await withKeys([NEW], async (service) => {
    expect(eventsOf(service, 'sealed-anew')).toEqual([]);
    expect(eventsOf(service, 'key-missing')).toEqual([]);
    expect(await read(service)).toMatchObject({ status: 200, body: shop(1, {}, MASKED) });
  });
});

test('A key that is gone is told of by what it encrypted, and nothing of that is touched', async () => {
  await withKeys([FOREIGN], async (service) => {
    const [told] = eventsOf(service, 'key-missing');
    expect(told).toMatchObject({ table: 'installation', column: 'secrets', ids: ['ha-1'] });
    expect(told?.['advice']).toContain('ENCRYPTION_KEYS');
  });
  await withKeys([NEW], async (service) => expect((await read(service)).status).toBe(200));
});
