import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { FaultRequest } from '../simulators/faults.ts';
import { startThuliumWorld, textsOf, type OwnChat, type ThuliumWorld } from './thulium-world.ts';

let world: ThuliumWorld;
let old: OwnChat;
let young: OwnChat;

beforeEach(async () => {
  world = await startThuliumWorld();
  [old, young] = [await world.start(), await world.start({}, 'ha-1:2')];
  old.state = { listFrom: '2024-05-31' };
});
afterEach(() => world.stop());

const lists = () => world.simulator.requests.entries().filter(({ path }) => path.endsWith('/chats'));

/** These lists have more chats than their pages can show; of ours they show the old one, with what its agent wrote. */
function overfill(fits: (query: URLSearchParams) => boolean, ...texts: string[]): void {
  const messages = texts.map((words, index) => ({ sent_by: 'AGENT', text: words, date: `2024-06-01 10:00:0${index}` }));
  const body = { count: 20_000, result: [{ conversation_id: old.remoteId, status: 'IN_PROGRESS', messages }] };
  const match = ({ path, query }: FaultRequest): boolean => path.endsWith('/chats') && fits(query);
  world.simulator.faults.add({ match, times: Infinity, kind: 'status', status: 200, body });
}
const openEnded = (query: URLSearchParams): boolean => !query.has('date_to');

describe('A list that is longer than it is read', () => {
  test('keeps no chat from being read: it is found among the days of its own start', async () => {
    overfill(openEnded, 'to the old one');
    world.simulator.agentWrites(young.remoteId, 'to the young one');
    expect(textsOf(await world.poll([old, young]))).toEqual(['to the old one', 'to the young one']);
    const asked = lists();
    expect(asked).toHaveLength(101);
    const { listFrom } = young.state as { listFrom: string };
    const inDays = (days: number) => new Date(Date.parse(listFrom) + days * 86_400_000).toISOString().slice(0, 10);
    expect(asked.at(-1)?.query).toMatchObject({ date_from: listFrom, date_to: inDays(3), offset: '0' });
  });

  test('does not keep a chat that is gone from being lost', async () => {
    overfill(openEnded);
    world.simulator.deleteChat(young.remoteId);
    expect(await world.poll([old, young])).toEqual([]);
    expect(await world.poll([old, young])).toEqual([{ kind: 'ended', remoteId: young.remoteId, reason: 'gone' }]);
  });

  test('shows as trouble where the days of a chat are as long, after the news of the others was stored', async () => {
    overfill(() => true, 'news');
    expect(textsOf(await world.poll([old, young]))).toEqual(['news']);
    for (let reading = 0; reading < 2; reading += 1) {
      await expect(world.poll([old, young])).rejects.toMatchObject({ kind: 'notSent', code: 'unavailable' });
    }
    world.simulator.faults.clear();
    overfill(() => true, 'news', 'more');
    expect(textsOf(await world.poll([old, young]))).toEqual(['more']);
  });

  test('shows as the trouble that the days of a chat met, and keeps the pause it asked for', async () => {
    overfill(openEnded, 'news');
    const match = ({ query }: FaultRequest): boolean => query.has('date_to');
    const headers = { 'Retry-After': '60' };
    world.simulator.faults.add({ match, times: Infinity, kind: 'status', status: 429, headers });
    expect((await world.receive([old, young])).pauseMs).toBeGreaterThan(50_000);
    expect(textsOf(await world.poll([old, young]))).toEqual(['news']);
    await expect(world.poll([old, young])).rejects.toMatchObject({ kind: 'throttled', code: 'rate-limited' });
  });

  test('does not prove that a start in doubt made no chat', async () => {
    overfill(openEnded);
    const context = { conversationId: 'ha-1:3', visitor: { email: 'jan@example.org' }, openingText: '' };
    const found = await world.destination.findStarted(context, new Date(), async () => false);
    expect(found).toEqual({ outcome: 'cannotTell' });
  });
});
