import { expect, test } from '@jest/globals';
import { type ContractWorld, failureOf } from '../contract-world.ts';

const nobodys = async (): Promise<boolean> => false;

export function startingTests(world: () => ContractWorld): void {
  test('a chat is started once, and can be written to', async () => {
    const { running } = world();
    const before = running.startedChats().length;
    const chat = await world().chat();
    expect(running.startedChats().slice(before)).toEqual([chat.remoteId]);
    await chat.say('Hello');
    expect(chat.sentTexts()).toEqual(['Hello']);
  });

  test('a start whose answer was lost is unknown, and found where the system allows it', async () => {
    const { running, destination, contextOf, keep, type } = world();
    const context = contextOf();
    const before = running.startedChats().length;
    const since = new Date();
    running.faults.add({ match: running.calls.start, kind: 'accept-then-cut' });
    expect((await failureOf(destination.start(context))).kind).toBe('unknown');
    const made = running.startedChats().slice(before);
    expect(made).toHaveLength(1);

    const found = await destination.findStarted(context, since, nobodys);
    if (!type.capabilities.canFindStarted) return void expect(found).toEqual({ outcome: 'cannotTell' });
    if (found.outcome !== 'sent') throw new Error(`it was not found: ${found.outcome}`);
    expect(found.chat.remoteId).toBe(made[0]);
    await keep(found.chat).say('Hello');
    expect(running.sentTexts(found.chat.remoteId)).toEqual(['Hello']);
  });

  test('a start that was cut before it arrived is unknown, and never said to be there', async () => {
    const { running, destination, contextOf, type } = world();
    const context = contextOf();
    const before = running.startedChats().length;
    running.faults.add({ match: running.calls.start, kind: 'cut-before' });
    expect((await failureOf(destination.start(context))).kind).toBe('unknown');
    expect(running.startedChats()).toHaveLength(before);
    const expected = type.capabilities.canFindStarted ? 'notSent' : 'cannotTell';
    expect(await destination.findStarted(context, new Date(), nobodys)).toEqual({ outcome: expected });
  });

  test('a chat ends once, however often it is ended', async () => {
    const { running, destination } = world();
    const chat = await world().chat();
    await destination.end(chat.loaded());
    await destination.end(chat.loaded());
    expect(running.timesEnded(chat.remoteId)).toBe(1);
  });

  test('an end whose answer was lost can be repeated', async () => {
    const { running, destination } = world();
    const chat = await world().chat();
    running.faults.add({ match: running.calls.end, kind: 'accept-then-cut' });
    expect((await failureOf(destination.end(chat.loaded()))).kind).toBe('unknown');
    await destination.end(chat.loaded());
    expect(running.timesEnded(chat.remoteId)).toBe(1);
  });
}
