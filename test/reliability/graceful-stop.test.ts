import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Database } from '../../src/persistence/database.ts';
import { createLocalNotices } from '../../src/persistence/notices.ts';
import { type ChatStage, startChatStage } from '../support/chat-stage.ts';
import { STOP_TEXTS, type StoppableService, stopUnderLoad } from '../support/stop-rounds.ts';
import { openTestDatabase } from '../support/test-database.ts';
import { startTestService } from '../support/test-service.ts';

/** A hundred of them, in processes of their own: `npm run bench -- stop`. */
const ROUNDS = 10;
/** A busy machine is no doubt. */
const PATIENT = { sendTimeoutMs: 15_000 };
const GRACE_MS = 9_000;
const WHOLE = [[expect.stringContaining('[iAdvize]'), ...STOP_TEXTS, '(end)']];

let stage: ChatStage;
let database: Database;

beforeAll(async () => {
  [stage, database] = await Promise.all([startChatStage(PATIENT), openTestDatabase()]);
});
afterAll(async () => {
  await stage.close();
  await database.close();
});

/** One life of the service; its database outlives it, its listeners do not. */
async function start(port: number): Promise<StoppableService> {
  const lent = { ...database, notices: createLocalNotices(), close: () => Promise.resolve() };
  const service = await startTestService({ ...stage.environment, PORT: String(port) }, { database: lent });
  await service.admin('POST', '/installations', stage.installation(1, ['thulium', 'xm']));
  return {
    admin: async (path) => (await service.admin<unknown>('GET', path)).body,
    stop: () => service.stop(),
  };
}

test('When the service is stopped under load, again and again, then it stops in time and leaves nothing in doubt', async () => {
  const { conversations, tookMs, inDoubt } = await stopUnderLoad({ stage, rounds: ROUNDS, start });
  expect(inDoubt).toEqual([]);
  expect(tookMs.at(-1)).toBeLessThan(GRACE_MS);
  for (const id of conversations) expect([stage.seenInThulium(id), stage.seenInXm(id)]).toEqual([WHOLE, WHOLE]);
});
