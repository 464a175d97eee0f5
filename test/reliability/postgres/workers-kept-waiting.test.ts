import { afterEach, expect, test } from '@jest/globals';
import { eventually } from '../../support/eventually.ts';
import { sessionsThatWait, withClient } from '../../support/postgres-admin.ts';
import { type ProcessWorld, startProcessWorld } from '../../support/process-world.ts';

const EARLIER = Array.from({ length: 12 }, (_, index) => index + 1);
const LATER = Array.from({ length: 30 }, (_, index) => 100 + index);
/** Below the time after which a statement that waits is given up, in ms. */
const PATIENCE_MS = 1_500;
/** Half of them are the workers'. */
const CONNECTIONS = 4;

let world: ProcessWorld;
afterEach(() => world.stop());

test('G17: calls are taken while all that the workers of the same process may have of the database waits for somebody else', async () => {
  world = await startProcessWorld({ DATABASE_CONNECTIONS: String(CONNECTIONS) });
  const service = await world.startAs(['all']);
  await world.install(service, 1, ['thulium']);
  const sender = world.sender(service, { retryDelaysMs: [], timeoutMs: PATIENCE_MS });
  const send = async (id: number): Promise<boolean> =>
    (await sender.send(world.stage.conversation(1, id, []).started)).accepted;

  await withClient(world.storage['DATABASE_URL'] ?? '', async (client) => {
    expect(await send(0)).toBe(true);
    await client.query('BEGIN; LOCK TABLE lane');
    const earlier = await Promise.all(EARLIER.map(send));
    await eventually(
      () => sessionsThatWait(client),
      (sessions) => sessions >= CONNECTIONS / 2,
    );
    expect(await sessionsThatWait(client)).toBe(CONNECTIONS / 2);
    const later: boolean[] = [];
    for (const id of LATER) later.push(await send(id));
    expect(new Set([...earlier, ...later])).toEqual(new Set([true]));
    expect((await service.admin('GET', '/events')).status).toBe(200);
    await client.query('ROLLBACK');
  });

  const started = (): number[] => [...EARLIER, ...LATER].filter((id) => world.stage.seenInThulium(id).length !== 1);
  await eventually(started, (missing) => missing.length === 0);
});
