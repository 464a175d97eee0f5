import { expect, test } from '@jest/globals';
import { messageParts } from '../../../src/bridge/reading-steps.ts';
import type { OutgoingFile } from '../../../src/destinations/contract.ts';
import { DestinationFailure } from '../../../src/destinations/destination-failure.ts';
import { eventually } from '../../support/eventually.ts';
import { type ContractWorld, failureOf } from '../contract-world.ts';

/** Right to left, combined, outside the basic plane, joined, a flag, markup and line ends. */
const TEXTS = ['Zażółć gęślą jaźń', 'שלום עולם', 'ñ n\u0303', '👩‍👩‍👧‍👦 🇵🇱 👍🏽', '𝔘𝔫𝔦', '<b>1 & 2</b> "q"', 'a\nb\n\nc'];

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const charactersIn = (text: string): number => [...graphemes.segment(text)].length;

const NOTE = 'File invoice.pdf: https://files.example/invoice.pdf';
const fileOf = (read: OutgoingFile['read']): OutgoingFile => ({
  name: 'invoice.pdf',
  contentType: 'application/pdf',
  read,
});

export function sendingTests(world: () => ContractWorld): void {
  test('texts arrive in order and to the letter', async () => {
    const chat = await world().chat();
    for (const text of TEXTS) await chat.say(text);
    expect(chat.sentTexts()).toEqual(TEXTS);
  });

  test('two equal texts are two messages', async () => {
    const chat = await world().chat();
    await chat.say('ok');
    await chat.say('ok');
    expect(chat.sentTexts()).toEqual(['ok', 'ok']);
  });

  test('a long text arrives in parts within the declared limit, no character torn', async () => {
    const { textLimit } = world().delivery;
    const text = '👩‍👩‍👧‍👦é'.repeat(Math.ceil((textLimit * 2.5) / 13));
    const chat = await world().chat();
    const parts = messageParts('m', 'visitor', text, textLimit);
    for (const { key, payload } of parts) await chat.say(payload.text, { key });
    const arrived = chat.sentTexts();
    expect(arrived.length).toBeGreaterThan(2);
    expect(arrived.join('')).toBe(text);
    expect(Math.max(...arrived.map((part) => part.length))).toBeLessThanOrEqual(textLimit);
    expect(arrived.reduce((sum, part) => sum + charactersIn(part), 0)).toBe(charactersIn(text));
  });

  test.each(['fresh', 'said before'])('an answer that was lost (%s): unknown, and found', async (which) => {
    const { running, destination } = world();
    const chat = await world().chat();
    if (which === 'said before') await chat.say('ok');
    const message = chat.message('ok');
    running.faults.add({ match: running.calls.send, kind: 'accept-then-cut' });
    expect((await failureOf(destination.send(chat.loaded(), message))).kind).toBe('unknown');
    const before = chat.sentTexts();
    expect(await destination.findSent(chat.loaded(), message)).toBe('sent');
    expect(chat.sentTexts()).toEqual(before);
  });

  test.each(['fresh', 'said before'])('a message that was cut off (%s): unknown, and not found', async (which) => {
    const { running, destination } = world();
    const chat = await world().chat();
    if (which === 'said before') await chat.say('ok');
    const before = chat.sentTexts();
    const message = chat.message('ok');
    running.faults.add({ match: running.calls.send, kind: 'cut-before' });
    expect((await failureOf(destination.send(chat.loaded(), message))).kind).toBe('unknown');
    expect(chat.sentTexts()).toEqual(before);
    expect(await destination.findSent(chat.loaded(), message)).toBe('notSent');
    await destination.send(chat.loaded(), message);
    expect(chat.sentTexts()).toEqual([...before, 'ok']);
  });

  test('a message that shows late: not there at first, found in the end', async () => {
    const { running, destination } = world();
    const chat = await world().chat();
    const message = chat.message('Hello');
    running.showLate(1_500);
    running.faults.add({ match: running.calls.send, kind: 'accept-then-cut' });
    expect((await failureOf(destination.send(chat.loaded(), message))).kind).toBe('unknown');
    running.showLate(0);
    expect(await destination.findSent(chat.loaded(), message)).toBe('notSent');
    const look = () => destination.findSent(chat.loaded(), message);
    expect(await eventually(look, (sighting) => sighting !== 'notSent')).toBe('sent');
    expect(chat.sentTexts()).toEqual(['Hello']);
  });

  test('an agent who says the same is not taken for us', async () => {
    const { running, destination } = world();
    const chat = await world().chat();
    running.agentWrites(chat.remoteId, 'ok');
    expect(await destination.findSent(chat.loaded(), chat.message('ok'))).toBe('notSent');
  });

  test('trouble inside the system after the work was done: unknown, and found', async () => {
    const { running, destination } = world();
    const chat = await world().chat();
    const message = chat.message('Hello');
    running.faults.add({ match: running.calls.send, kind: 'status-after', status: 500 });
    expect((await failureOf(destination.send(chat.loaded(), message))).kind).toBe('unknown');
    expect(await destination.findSent(chat.loaded(), message)).toBe('sent');
  });

  test('nobody listens there: proven not sent', async () => {
    const { running, contextOf, open } = world();
    const { destination } = open(running.settings('http://127.0.0.1:9'));
    const failure = await failureOf(destination.start(contextOf()));
    expect([failure.kind, failure.code]).toEqual(['notSent', 'unreachable']);
  });

  test.each([
    ['seconds', () => '7', 7_000, 7_000],
    ['a date', () => new Date(Date.now() + 60_000).toUTCString(), 50_000, 61_000],
  ])('throttled until %s: the wait is passed on, nothing is sent', async (_form, retryAfter, least, most) => {
    const { running, destination } = world();
    const chat = await world().chat();
    const headers = { 'Retry-After': retryAfter() };
    running.faults.add({ match: running.calls.send, kind: 'status', status: 429, headers });
    const failure = await failureOf(destination.send(chat.loaded(), chat.message('Hello')));
    expect(failure.kind).toBe('throttled');
    expect(failure.retryAfterMs).toBeGreaterThanOrEqual(least);
    expect(failure.retryAfterMs).toBeLessThanOrEqual(most);
    expect(chat.sentTexts()).toEqual([]);
  });

  test.each([
    [400, 'request-refused'],
    [401, 'credentials-refused'],
  ])('refused with %i: a person must act', async (status, code) => {
    const { running, destination } = world();
    const chat = await world().chat();
    running.faults.add({ match: running.calls.send, times: Infinity, kind: 'status', status });
    const failure = await failureOf(destination.send(chat.loaded(), chat.message('Hello')));
    expect([failure.kind, failure.code, failure.httpStatus]).toEqual(['refused', code, status]);
  });

  test('a chat that is over: gone', async () => {
    const { running, destination } = world();
    const chat = await world().chat();
    running.forget(chat.remoteId);
    expect((await failureOf(destination.send(chat.loaded(), chat.message('Hello')))).kind).toBe('gone');
    await destination.end(chat.loaded());
  });

  test('a file arrives, or is announced', async () => {
    const { running, type } = world();
    const chat = await world().chat();
    await chat.say(NOTE, { file: fileOf(async () => Buffer.from('%PDF-1.7 zażółć')) });
    if (!type.capabilities.sendsFiles) {
      expect(chat.sentTexts()).toEqual([NOTE]);
      return;
    }
    expect(chat.sentTexts()).toEqual([]);
    const [file, ...others] = running.sentFiles(chat.remoteId);
    expect(others).toEqual([]);
    expect(file?.name).toMatch(/^invoice.*\.pdf$/);
    expect(file?.size).toBe(Buffer.byteLength('%PDF-1.7 zażółć'));
  });

  test('a file that cannot be had is announced', async () => {
    const { running } = world();
    const chat = await world().chat();
    const file = fileOf(() => Promise.reject(new DestinationFailure('refused', 'request-refused')));
    await chat.say(NOTE, { file });
    expect(chat.sentTexts()).toEqual([NOTE]);
    expect(running.sentFiles(chat.remoteId)).toEqual([]);
  });
}
