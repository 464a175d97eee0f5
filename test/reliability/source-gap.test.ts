import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ChatStage, startChatStage } from '../support/chat-stage.ts';
import { fallIntoGap } from '../support/source-gap.ts';
import { openStorage, type Storage } from '../support/storage.ts';

/** G20, with times that are minutes in production; with those: `npm run bench -- source-gap`. */
const CONVERSATIONS = 20;
/** Comparing every second, and a second's grace: the rest is for a busy machine. */
const FOUND_WITHIN_MS = 90_000;

let stage: ChatStage;
let storage: Storage;

beforeAll(async () => {
  [stage, storage] = await Promise.all([startChatStage(), openStorage()]);
});
afterAll(async () => {
  await stage.close();
  await storage.remove();
});

test('When the service is off until the sender gave up, then it finds every conversation, bridges it once and whole, and in time', async () => {
  const { givenUp, seen, foundAfterMs } = await fallIntoGap({
    ...{ stage, storage, entry: 'test/support/quick-reconcile-service.ts' },
    environment: { RECONCILE_MINUTES: '1' },
    ...{ conversations: CONVERSATIONS, retryDelaysMs: [100, 200], offMs: 3_000, patienceMs: 120_000 },
  });
  expect(givenUp).toBe(2 * CONVERSATIONS);
  const found = [[expect.stringContaining('Its start was never announced'), 'hello', 'ok', '(end)']];
  expect(seen).toEqual(Array.from({ length: CONVERSATIONS }, () => found));
  expect(foundAfterMs).toHaveLength(CONVERSATIONS);
  expect(foundAfterMs.at(-1)).toBeLessThan(FOUND_WITHIN_MS);
});
