import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { HISTORY, startXmWorld, text, type StoredXmChat, type XmWorld } from './xm-world.ts';

let world: XmWorld;
let chat: StoredXmChat;

beforeEach(async () => {
  world = await startXmWorld();
  chat = await world.chat();
  await chat.read();
  world.simulator.behaviour.hidesNotes = true;
});
afterEach(() => world.close());

/** Agents write this many texts, with a note among them before the last one. */
function agentsWrite(count: number): string[] {
  const words = Array.from({ length: count }, (_, index) => `n${index}`);
  for (const word of words) {
    if (word === words.at(-1)) world.simulator.agentNotes(chat.remoteId, 'a note');
    world.simulator.agentWrites(chat.remoteId, word);
  }
  return words;
}

const offsets = () =>
  chat
    .requests(/\/messages$/)
    .filter(({ method }) => method === 'GET')
    .map(({ query }) => query['offset']);

describe('A page of history that notes were left out of', () => {
  test('is not taken for the beginning: every answer before it comes too', async () => {
    const words = agentsWrite(30);
    chat.store.afterGap = true;
    expect(await chat.texts(1)).toEqual(words);
  });

  test('hides no text of ours on the page before it, and none that was said twice', async () => {
    for (const key of ['k1', 'k2']) await chat.send(text('ok', { key }));
    agentsWrite(20);
    expect(await chat.findSent(text('ok', { equalBefore: 1 }))).toBe('sent');
    expect(await chat.findSent(text('ok', { equalBefore: 2 }))).toBe('notSent');
  });

  test('is passed by where nothing is left of it', async () => {
    await chat.send(text('mine'));
    for (let note = 0; note < 45; note += 1) world.simulator.agentNotes(chat.remoteId, `note ${note}`);
    world.simulator.agentWrites(chat.remoteId, 'an answer');
    expect(await chat.findSent(text('mine'))).toBe('sent');
    expect(await chat.findSent(text('another'))).toBe('notSent');
  });

  test('is the last one that is read where all that follows what is known is on it', async () => {
    await chat.send(text('mine'));
    world.simulator.agentNotes(chat.remoteId, 'a note');
    world.simulator.agentWrites(chat.remoteId, 'one');
    await chat.read();
    // Known up to the note, which the history does not show.
    chat.store.cursor = { ...(chat.store.cursor as object), through: 3, recent: [] };
    chat.store.afterGap = true;
    const before = offsets().length;
    expect(await chat.texts(1)).toContain('one');
    expect(offsets().slice(before)).toEqual(['0']);
  });
});

test('A short history that shows its beginning is read with one call', async () => {
  await chat.send(text('mine'));
  agentsWrite(5);
  const before = offsets().length;
  expect(await chat.findSent(text('another'))).toBe('notSent');
  chat.store.cursor = undefined;
  chat.store.afterGap = true;
  await chat.read();
  expect(offsets().slice(before)).toEqual(['0', '0']);
});

test('One whose beginning cannot be seen ends with an empty page', async () => {
  await chat.send(text('mine'));
  const late = { id: { messageId: 'm-7' }, sequence: 7, message: 'm-7', type: 1, internal: false };
  for (const messages of [[late], []]) {
    world.simulator.faults.add({ match: HISTORY, kind: 'status', status: 200, body: { messages } });
  }
  const before = offsets().length;
  expect(await chat.findSent(text('mine'))).toBe('notSent');
  expect(offsets().slice(before)).toEqual(['0', '7']);
});
