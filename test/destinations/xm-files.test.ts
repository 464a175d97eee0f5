import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { OutgoingFile } from '../../src/destinations/contract.ts';
import { DestinationFailure } from '../../src/destinations/destination-failure.ts';
import type { RemoteFile } from '../../src/destinations/receiving.ts';
import { startXmWorld, text, type StoredXmChat, type XmWorld } from './xm-world.ts';

const LIMIT = 1_000;

let world: XmWorld;
let chat: StoredXmChat;

beforeEach(async () => {
  world = await startXmWorld();
  chat = await world.chat();
  await chat.read();
});
afterEach(() => world.close());

async function received(filename: string, content: Buffer, type?: number): Promise<RemoteFile> {
  world.simulator.agentSendsFile(chat.remoteId, filename, content, type);
  const [message] = await chat.read();
  expect(message).toMatchObject({ kind: 'message', text: '' });
  if (message?.kind !== 'message' || !message.files[0]) throw new Error('no file came');
  return message.files[0];
}
const fetchFile = (file: RemoteFile, limit = LIMIT) => chat.receiver.fetchFile(chat.loaded(), file, limit);
const downloads = () => chat.requests(/\/api\/(file|image|audio|stream)$/);

describe("An agent's file", () => {
  test('21. Agent sends file: the visitor gets its name, and its bytes by Bearer', async () => {
    const file = await received('quote.pdf', Buffer.alloc(200, 'q'));
    expect(file).toEqual({ id: expect.any(String), name: 'quote.pdf', size: 200 });
    const fetched = await fetchFile(file);
    expect(fetched).toEqual({ bytes: Buffer.alloc(200, 'q'), contentType: 'application/octet-stream' });
    expect(downloads()).toMatchObject([{ path: '/xm/api/file', status: 200 }]);
  });

  test.each([
    [2, 'photo.png', '/xm/api/image', 'photo.png'],
    [3, '12', '/xm/api/audio', 'audio-12'],
    [4, 'clip.mp4', '/xm/api/stream', 'clip.mp4'],
    [20, 'a.zip', '/xm/api/file', 'a.zip'],
  ])('of type %d is fetched from its own path', async (type, filename, path, name) => {
    const file = await received(filename, Buffer.from('bytes'), type);
    expect(file.name).toBe(name);
    expect((await fetchFile(file)).bytes.toString()).toBe('bytes');
    expect(downloads()).toMatchObject([{ path }]);
  });

  test('is fetched with the cookie where the header is refused, and no token is spent on it', async () => {
    world.simulator.behaviour.mediaByCookie = true;
    const file = await received('quote.pdf', Buffer.from('bytes'));
    expect((await fetchFile(file)).bytes.toString()).toBe('bytes');
    expect(downloads().map(({ status }) => status)).toEqual([401, 200]);
    expect(world.simulator.refreshes.entries()).toEqual([]);
  });

  test('is fetched with a new token when it was the token that was refused', async () => {
    const file = await received('quote.pdf', Buffer.from('bytes'));
    world.simulator.expireTokens();
    expect((await fetchFile(file)).bytes.toString()).toBe('bytes');
    expect(world.simulator.refreshes.entries()).toHaveLength(1);
  });

  test('that is too long is refused, whether XM said how long it is or not', async () => {
    const file = await received('big.bin', Buffer.alloc(LIMIT + 1));
    await expect(fetchFile(file)).rejects.toMatchObject({ kind: 'refused', code: 'request-refused' });
    expect(downloads()).toEqual([]);
    await expect(fetchFile({ id: file.id, name: file.name })).rejects.toMatchObject({ kind: 'refused' });
    expect((await fetchFile({ id: file.id, name: file.name }, LIMIT + 1)).bytes).toHaveLength(LIMIT + 1);
  });

  test('that is gone says nothing about its chat', async () => {
    const failing = fetchFile({ id: 'file/none', name: 'none' });
    await expect(failing).rejects.toMatchObject({ kind: 'refused', code: 'request-refused', httpStatus: 404 });
  });
});

describe("A visitor's file", () => {
  const file = (changes: Partial<OutgoingFile> = {}): OutgoingFile => ({
    name: 'photo.png',
    contentType: 'image/png',
    read: async () => Buffer.from('picture'),
    ...changes,
  });
  const message = (changes: Partial<OutgoingFile> = {}, key = 'k1') =>
    text('photo.png: https://files.example/1', { key, file: file(changes) });
  const effects = () => world.simulator.ledger.entries().filter(({ kind }) => kind !== 'guest');

  test.each([
    ['image/png', 'image'],
    ['image/webp', 'image'],
    ['image/svg+xml', 'file'],
    ['video/mp4', 'video'],
    ['video/webm', 'file'],
    ['audio/ogg; codecs=opus', 'audio'],
    ['application/pdf', 'file'],
  ])('of the type %s is uploaded to %s, and is the message itself', async (contentType, call) => {
    await chat.send(message({ contentType }));
    expect(effects()).toMatchObject([{ kind: 'file', call, size: 7 }]);
    expect(effects()).toHaveLength(1);
  });

  test('keeps its name, marked so that two files of one name stay apart', async () => {
    await chat.send(message({}, 'k1'));
    await chat.send(message({}, 'k2'));
    await chat.send(message({ name: '../żółw "1".tar.gz', contentType: 'application/gzip' }, 'k3'));
    const names = effects().map((entry) => (entry.kind === 'file' ? entry.name : ''));
    expect(names[0]).toMatch(/^photo-[0-9a-f]{8}\.png$/);
    expect(names[1]).not.toBe(names[0]);
    expect(names[2]).toMatch(/^\.\._żółw _1_\.tar-[0-9a-f]{8}\.gz$/);
  });

  test('in doubt is recognised in the history by its name', async () => {
    expect(await chat.findSent(message())).toBe('notSent');
    world.simulator.faults.add({ match: { method: 'POST', path: /\/image$/ }, kind: 'accept-then-cut' });
    await expect(chat.send(message())).rejects.toMatchObject({ kind: 'unknown' });
    expect(await chat.findSent(message())).toBe('sent');
    expect(await chat.findSent(message({}, 'k2'))).toBe('notSent');
  });

  test('in doubt is recognised by its text where that went instead', async () => {
    await chat.send(message({ read: () => Promise.reject(new DestinationFailure('refused', 'request-refused')) }));
    expect(effects()).toMatchObject([{ kind: 'message' }]);
    expect(await chat.findSent(message())).toBe('sent');
  });

  test('that is a recording has no name in XM: one of ours there may be it', async () => {
    const recording = { name: 'voice.ogg', contentType: 'audio/ogg' };
    expect(await chat.findSent(message(recording))).toBe('notSent');
    await chat.send(message(recording));
    expect(await chat.findSent(message(recording))).toBe('cannotTell');
  });

  test.each([400, 403, 404, 413, 415])('that XM refuses with %d goes as a text', async (status) => {
    world.simulator.faults.add({ match: { method: 'POST', path: /\/image$/ }, kind: 'status', status });
    await chat.send(message());
    expect(effects()).toMatchObject([{ kind: 'message', text: 'photo.png: https://files.example/1' }]);
  });

  test('that is too long goes as a text; the limit is a setting', async () => {
    const asked: number[] = [];
    chat = await world.chat({ maxFileBytes: 5 });
    await chat.send(
      message({
        read: (limit) => {
          asked.push(limit);
          return Promise.reject(new DestinationFailure('refused', 'request-refused'));
        },
      }),
    );
    expect(asked).toEqual([5]);
    expect(effects()).toMatchObject([{ kind: 'message' }]);
  });

  test.each([
    ['is in trouble', { status: 500 }, { kind: 'unknown' }],
    ['wants a pause', { status: 429, headers: { 'Retry-After': '3' } }, { kind: 'throttled', retryAfterMs: 3_000 }],
  ])('while XM %s is tried again later, not announced', async (_what, answer, failure) => {
    world.simulator.faults.add({ match: { method: 'POST', path: /\/image$/ }, kind: 'status', ...answer });
    await expect(chat.send(message())).rejects.toMatchObject(failure);
    expect(effects()).toEqual([]);
  });

  test('that cannot be read now is tried again later', async () => {
    const read = () => Promise.reject(new DestinationFailure('notSent', 'no-answer'));
    await expect(chat.send(message({ read }))).rejects.toMatchObject({ kind: 'notSent' });
    expect(effects()).toEqual([]);
  });

  test('and its own echo is not relayed', async () => {
    await chat.send(message());
    expect(await chat.texts(2)).toEqual([]);
  });
});
