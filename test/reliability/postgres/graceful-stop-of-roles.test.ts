import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ChatStage, startChatStage } from '../../support/chat-stage.ts';
import { GRACE_MS, STOP_TEXTS, stopUnderLoad } from '../../support/stop-rounds.ts';
import { processesToStop } from '../../support/stoppable-processes.ts';
import { openStorage, type Storage } from '../../support/storage.ts';

const ROUNDS = 5;
/** A busy machine is no doubt. */
const PATIENT = { sendTimeoutMs: 15_000 };
const WHOLE = [[expect.stringContaining('[iAdvize]'), ...STOP_TEXTS, '(end)']];

let stage: ChatStage;
let storage: Storage;

beforeAll(async () => {
  [stage, storage] = await Promise.all([startChatStage(PATIENT), openStorage()]);
});
afterAll(async () => {
  await stage.close();
  await storage.remove();
});

test('When door and worker get SIGTERM under load, again and again, then both end in time and nothing was ever in doubt', async () => {
  const { exits, start } = processesToStop({ stage, storage, roles: ['web', 'worker'] });
  const { conversations, tookMs, inDoubt } = await stopUnderLoad({ stage, rounds: ROUNDS, start });
  expect(inDoubt).toEqual([]);
  expect(new Set(exits)).toEqual(new Set([0]));
  expect(tookMs.at(-1)).toBeLessThan(GRACE_MS);
  for (const id of conversations) expect([stage.seenInThulium(id), stage.seenInXm(id)]).toEqual([WHOLE, WHOLE]);
});
