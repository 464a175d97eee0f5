import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { type ProcessWorld, startProcessWorld } from '../support/process-world.ts';
import type { ServiceProcess } from '../support/service-process.ts';

let world: ProcessWorld;

beforeAll(async () => {
  world = await startProcessWorld();
});
afterAll(() => world.stop());

interface Kept {
  conversations: object[];
  events: object[];
}

async function kept(service: ServiceProcess, visitorId: string): Promise<Kept> {
  return (await (await service.admin('POST', '/privacy/export', { visitorId })).json()) as Kept;
}

async function dies(service: ServiceProcess, when: () => Promise<unknown>): Promise<void> {
  const heard = once(service.child.stderr!, 'data');
  service.child.kill('SIGUSR2');
  await heard;
  const exited = once(service.child, 'exit');
  await expect(when()).rejects.toThrow();
  await exited;
  expect(service.child.signalCode).toBe('SIGKILL');
}

test.each([
  ['K14', 'while its events become tombstones', 1],
  ['K14#2', 'while its conversation is deleted', 2],
])('%s: a process that dies %s leaves an erasure that the next one finishes', async (crashAt, _, id) => {
  const first = await world.start({ NODE_ENV: 'test', CRASH_AT: crashAt });
  if (id === 1) await world.install(first, 1, ['thulium']);
  const { started } = world.stage.conversation(1, id, ['hello']);
  const { visitorId } = started as { visitorId: string };
  expect(await world.sender(first).send(started)).toMatchObject({ accepted: true });
  await eventually(
    () => world.stage.seenInThulium(id),
    ([chat]) => chat !== undefined && chat.length > 0,
  );
  await dies(first, () => first.admin('POST', '/privacy/erase', { visitorId }));

  const second = await world.start();
  await eventually(
    () => kept(second, visitorId),
    ({ conversations, events }) => conversations.length + events.length === 0,
  );
  await eventually(
    () => world.stage.seenInThulium(id),
    (chats) => chats.length === 1 && chats[0]?.at(-1) === '(end)',
  );
  // The old webhook again, and a new one of the same conversation: nothing comes back.
  const { closed } = world.stage.conversation(1, id, ['hello']);
  const sender = world.sender(second);
  expect(await sender.send(started)).toMatchObject({ accepted: true });
  expect(await sender.send(closed)).toMatchObject({ accepted: true });
  await eventually(
    () => kept(second, visitorId),
    ({ events }) => events.length === 0,
  );
  expect(world.stage.seenInThulium(id)).toHaveLength(1);
  await second.end('SIGTERM');
});
