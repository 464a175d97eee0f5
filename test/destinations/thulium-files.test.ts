import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { messagesOf, startThuliumWorld, type ThuliumWorld } from './thulium-world.ts';

const PHOTO = { name: 'zdjęcie.jpg', bytes: Buffer.from([0xff, 0xd8, 0x00, 0x01]), contentType: 'image/jpeg' };
const LIMIT = 1_000;

let world: ThuliumWorld;

beforeEach(async () => void (world = await startThuliumWorld()));
afterEach(() => world.stop());

/** A chat in which an agent has sent this file, and what a poll says of it. */
async function sendAndPoll(options: object = {}) {
  const chat = await world.start();
  world.simulator.agentSends(chat.remoteId, { ...PHOTO, ...options });
  const messages = messagesOf(await world.poll([chat]));
  const fetch = (limit = LIMIT) => world.destination.receiver!.fetchFile(chat, messages[0]!.files[0]!, limit);
  return { chat, messages, fetch };
}

test('A file of an agent comes once, and its bytes come with the same login', async () => {
  const { chat, messages, fetch } = await sendAndPoll();
  expect(messages).toMatchObject([
    { text: '', author: { role: 'agent' }, files: [{ name: 'zdjęcie.jpg', size: PHOTO.bytes.length }] },
  ]);
  expect(await fetch()).toEqual({ bytes: PHOTO.bytes, contentType: 'image/jpeg' });
  expect(await world.poll([chat])).toEqual([]);
});

test('A file that names its message comes with it; one that shows later comes alone', async () => {
  world.simulator.setShape({ id: 'id', fileMessage: 'message_id' });
  const chat = await world.start();
  const messageId = world.simulator.agentWrites(chat.remoteId, 'Look at this');
  world.simulator.agentSends(chat.remoteId, { ...PHOTO, messageId });
  const [message, ...others] = messagesOf(await world.poll([chat]));
  expect(others).toEqual([]);
  expect(message).toMatchObject({ text: 'Look at this', files: [{ name: 'zdjęcie.jpg' }] });
  world.simulator.agentSends(chat.remoteId, { ...PHOTO, name: 'late.jpg', messageId });
  expect(await world.poll([chat])).toMatchObject([{ text: '', files: [{ name: 'late.jpg' }] }]);
});

test('A file of the visitor is not sent back', async () => {
  world.simulator.setShape({ id: 'id', fileMessage: 'message_id' });
  const chat = await world.start();
  await world.say(chat, 'my photo');
  const messageId = world.simulator.chats()[0]!.messages[0]!.id;
  world.simulator.agentSends(chat.remoteId, { ...PHOTO, messageId });
  expect(await world.poll([chat])).toEqual([]);
});

test('Other names for name and address work, and an address may be relative', async () => {
  world.simulator.setShape({ fileName: 'filename', fileUrl: 'download_url' });
  const { messages, fetch } = await sendAndPoll({ url: '../files/1' });
  expect(messages[0]?.files).toMatchObject([{ name: 'zdjęcie.jpg' }]);
  expect((await fetch()).bytes).toEqual(PHOTO.bytes);
});

test('A file without an address is told by its name', async () => {
  world.simulator.setShape({ fileUrl: undefined });
  const { chat, messages } = await sendAndPoll();
  expect(messages).toMatchObject([{ text: '[file] zdjęcie.jpg', files: [] }]);
  expect(await world.poll([chat])).toEqual([]);
});

test('An address elsewhere is asked without the credentials', async () => {
  const seen: IncomingMessage[] = [];
  const elsewhere = createServer((request, response) => {
    seen.push(request);
    response.writeHead(200, { 'content-type': 'image/png' }).end('png');
  });
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
  const { port } = elsewhere.address() as AddressInfo;
  try {
    const { fetch } = await sendAndPoll({ url: `http://127.0.0.1:${port}/a.png` });
    expect(await fetch()).toEqual({ bytes: Buffer.from('png'), contentType: 'image/png' });
    expect(seen).toHaveLength(1);
    expect(seen[0]?.headers.authorization).toBeUndefined();
  } finally {
    elsewhere.closeAllConnections();
    elsewhere.close();
  }
});

test('A file of just the limit is taken, a longer one refused', async () => {
  const { fetch } = await sendAndPoll();
  expect((await fetch(PHOTO.bytes.length)).bytes).toEqual(PHOTO.bytes);
  await expect(fetch(PHOTO.bytes.length - 1)).rejects.toMatchObject({ kind: 'refused', code: 'request-refused' });
});

test.each([
  [404, 'refused', 'request-refused'],
  [401, 'refused', 'credentials-refused'],
  [503, 'notSent', 'server-error'],
])('When the file answers %i, then it is %s, and the chat goes on', async (status, kind, code) => {
  const { fetch } = await sendAndPoll();
  world.simulator.faults.add({ match: { path: /\/files\// }, kind: 'status', status });
  await expect(fetch()).rejects.toMatchObject({ kind, code });
});
