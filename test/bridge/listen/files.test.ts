import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  type ListeningWorld,
  type SeenDestination,
  startListeningWorld,
  talk,
  toyDestination,
} from '../../support/listening-world.ts';

let world: ListeningWorld;

beforeAll(async () => {
  world = await startListeningWorld({ PUBLIC_URL: 'https://connector.example' });
  await world.install(1, [toyDestination(world.toy.url)]);
});
afterAll(() => world.stop());

const filesOf = ({ remoteChat }: SeenDestination) => (remoteChat?.shows ?? []).flatMap(({ files }) => files);
const settled = (one: SeenDestination): boolean =>
  filesOf(one).length > 0 && filesOf(one).every(({ status }) => status !== 'waiting');
/** The address on the timeline, at the port of this test. */
const here = (url: string | null): string => (url ?? '').replace('https://connector.example', world.service.url);

test('A file of a remote agent is fetched once and served under an address of ours', async () => {
  const chat = await world.start(1);
  const bytes = Buffer.from([...Array(2_000).keys()].map((n) => n % 256));
  world.toy.files.set('f1', { bytes, contentType: 'image/png' });
  world.toy.mode.ignoreCursor = true;
  world.toy.agentWrites(chat, 'see this', [{ id: 'f1', name: 'żółć "x".png' }]);
  const seen = await world.destination(talk(1).id, settled);
  world.toy.agentWrites(chat, 'and read it again');
  await world.destination(talk(1).id, (one) => JSON.stringify(one).includes('read it again'));
  world.toy.mode.ignoreCursor = false;
  const [file, ...others] = filesOf(seen);
  expect(others).toEqual([]);
  expect(file).toMatchObject({ status: 'hosted', name: 'żółć "x".png', contentType: 'image/png', size: 2_000 });
  const answer = await fetch(here(file!.url));
  expect(answer.status).toBe(200);
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(bytes);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'image/png',
    'content-disposition': `attachment; filename="____ _x_.png"; filename*=UTF-8''%C5%BC%C3%B3%C5%82%C4%87%20%22x%22.png`,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    'content-security-policy': "sandbox; default-src 'none'",
  });
  expect(world.toy.asked('f1', 'file')).toHaveLength(1);
});

test('When the address was altered, is of another file or names none, then nothing is served', async () => {
  const chat = await world.start(2);
  for (const id of ['a', 'b']) world.toy.files.set(id, { bytes: Buffer.from(id), contentType: 'text/html' });
  const named = ['a', 'b'].map((id) => ({ id, name: `${id}.html` }));
  world.toy.agentWrites(chat, '', named);
  const [a, b] = filesOf(await world.destination(talk(2).id, settled)).map(({ url }) => new URL(here(url)));
  expect((await fetch(a!)).headers.get('content-type')).toBe('application/octet-stream');

  const altered = (change: (url: URL) => void): URL => {
    const url = new URL(a!);
    change(url);
    return url;
  };
  const wrong = [
    altered((url) => url.searchParams.set('expires', String(Number(url.searchParams.get('expires')) + 1))),
    altered((url) => url.searchParams.set('signature', b!.searchParams.get('signature')!)),
    altered((url) => url.searchParams.delete('signature')),
    altered((url) => url.searchParams.append('signature', 'x')),
    altered((url) => (url.pathname = b!.pathname)),
    altered((url) => (url.pathname = '/files/00000000-0000-4000-8000-000000000000')),
  ];
  for (const url of wrong) expect([url.href, (await fetch(url)).status]).toEqual([url.href, 403]);
});

test('When a file cannot be had, then it is told as lost and why, and its message is there all the same', async () => {
  const chat = await world.start(3);
  world.toy.agentWrites(chat, 'three files', [
    { id: 'missing', name: 'missing.pdf' },
    { id: 'huge', name: 'huge.zip', size: 26 * 1024 * 1024 },
  ]);
  const seen = await world.destination(talk(3).id, settled);
  expect(filesOf(seen)).toMatchObject([
    { name: 'missing.pdf', status: 'lost', reason: 'chat-over', url: null },
    { name: 'huge.zip', status: 'lost', reason: 'too-large', url: null },
  ]);
  expect(world.toy.asked('huge', 'file')).toEqual([]);
  expect(JSON.stringify(seen)).toContain('three files');
});

test('When fetching fails at first, then it is tried again; when it fails for good, then the file is lost', async () => {
  const chat = await world.start(4);
  for (const id of ['later', 'never']) world.toy.files.set(id, { bytes: Buffer.from(id), contentType: 'text/plain' });
  world.toy.faults.add({ kind: 'status', status: 500, match: { path: /^\/files\/later/ }, times: 2 });
  world.toy.faults.add({ kind: 'status', status: 500, match: { path: /^\/files\/never/ }, times: Infinity });
  world.toy.agentWrites(chat, '', [{ id: 'later', name: 'later.txt' }]);
  world.toy.agentWrites(chat, '', [{ id: 'never', name: 'never.txt' }]);
  const seen = await world.destination(talk(4).id, (one) => filesOf(one).length === 2 && settled(one));
  expect(filesOf(seen)).toMatchObject([
    { name: 'later.txt', status: 'hosted' },
    { name: 'never.txt', status: 'lost', reason: 'server-error' },
  ]);
  const asked = world.toy.requests.entries().filter(({ path }) => path === '/files/never');
  expect(asked).toHaveLength(8);
});
