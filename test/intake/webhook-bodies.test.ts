import net from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { conversationStarted } from '../simulators/iadvize-events.ts';
import { signBody } from '../simulators/iadvize-signature.ts';
import { eventually } from '../support/eventually.ts';
import { SECRET } from '../support/test-environment.ts';
import { asForm, FORM, type Intake, startIntake } from './intake-world.ts';

const LIMIT = 256 * 1024;

let intake: Intake;

beforeAll(async () => {
  intake = await startIntake();
  await intake.install('sd', 1);
});
afterAll(() => intake.stop());

const started = () => JSON.stringify(conversationStarted());
const storedIds = async () => (await intake.events()).map((event) => event.id);
const quarantined = (reason: string) => ({ status: 'quarantined', reason });

describe('A body that does not parse is answered with 202 and quarantined', () => {
  const deep = '['.repeat(100_000) + ']'.repeat(100_000);
  test.each([
    ['empty', ''],
    ['cut', '{"eventId":'],
    ['words', 'not json'],
    ['an array', '[{"eventType":"conversation.started"}]'],
    ['null', 'null'],
    ['a number', '1'],
    ['a text', '"conversation.started"'],
    ['100,000 arrays in each other', deep],
    ['100,000 opening brackets', '['.repeat(100_000)],
    ['bytes that are no UTF-8', Buffer.from([0xff, 0xfe, 0x00])],
  ])('%s', async (_what, body) => {
    expect(await intake.stored(body)).toMatchObject({ ...quarantined('does-not-parse'), eventType: null });
  });

  test.each(['payload=', 'payload=not+json', 'payload=%5B1%5D', 'payload=null'])('the form %s', async (form) => {
    expect(await intake.stored(form, FORM)).toMatchObject(quarantined('does-not-parse'));
  });
});

describe('A body that parses is judged by what is in it', () => {
  test('100,000 arrays in a member nobody knows', async () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    const body = started().replace('{', `{"deep":${deep},`);
    expect(await intake.stored(body)).toMatchObject({ status: 'accepted' });
  });

  test('100,000 arrays in the place of an id', async () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    const body = started().replace('"conversationId":1', `"conversationId":${deep}`);
    expect(await intake.stored(body)).toMatchObject(quarantined('shape-does-not-fit'));
  });

  test('a __proto__ member is a member like any other', async () => {
    const smuggled = `{"__proto__":${started()}}`;
    expect(await intake.stored(smuggled)).toMatchObject(quarantined('no-event-type'));
    const beside = started().replace(
      '{',
      '{"__proto__":{"platform":"ha","websiteId":9},"constructor":{"prototype":1},',
    );
    expect(await intake.stored(beside)).toMatchObject({ status: 'accepted', installation: 'sd-1' });
    expect(await intake.stored('__proto__=x&__proto__[]=y&constructor=z', FORM)).toMatchObject(
      quarantined('no-event-type'),
    );
    expect(({} as { platform?: string }).platform).toBeUndefined();
  });

  test('a form in the flat layout, with lists in it', async () => {
    const form = `${asForm(conversationStarted()).toString()}&operatorIds[]=1&operatorIds[0]=2`;
    expect(await intake.stored(form, FORM)).toMatchObject({ status: 'accepted', conversation: 'sd-1:1' });
  });

  test('a form with the JSON in its payload field', async () => {
    const form = new URLSearchParams({ payload: started() }).toString();
    expect(await intake.stored(form, FORM)).toMatchObject({ status: 'accepted', conversation: 'sd-1:1' });
  });

  test.each([
    ['a charset', 'application/json; charset=utf-8', 'accepted'],
    ['a vendor’s type', 'application/vnd.iadvize.v2+json', 'accepted'],
    ['no content type', null, 'accepted'],
    ['text/plain', 'text/plain', 'quarantined'],
    ['text/json', 'text/json', 'quarantined'],
    ['no media type at all', ';', 'quarantined'],
    ['multipart', 'multipart/form-data; boundary=x', 'quarantined'],
  ])('JSON sent with %s', async (_what, contentType, status) => {
    const reason = status === 'accepted' ? null : 'strange-content-type';
    expect(await intake.stored(started(), contentType)).toMatchObject({ status, reason });
  });
});

describe('A compressed body', () => {
  test('is signed over the bytes on the wire and quarantined rather than inflated', async () => {
    const bytes = gzipSync(started());
    const stored = await intake.stored(bytes, 'application/json', { 'Content-Encoding': 'gzip' });
    expect(stored).toMatchObject(quarantined('does-not-parse'));
  });

  test('that is signed over what it inflates to is refused', async () => {
    const text = started();
    const answer = await intake.post(gzipSync(text), 'application/json', {
      'Content-Encoding': 'gzip',
      'X-iAdvize-Signature': signBody(SECRET, text),
    });
    expect(answer.status).toBe(401);
  });
});

describe('The limit of 256 KiB', () => {
  const padded = (size: number) => started().padEnd(size, ' ');

  test('a body of exactly the limit is accepted', async () => {
    expect(await intake.stored(padded(LIMIT))).toMatchObject({ status: 'accepted' });
  });

  test.each([LIMIT + 1, 5 * 1024 * 1024])('a body of %d bytes is refused with 413 and not stored', async (size) => {
    const before = await storedIds();
    const answer = await intake.post(padded(size));
    expect(answer).toMatchObject({ status: 413, body: { error: { code: 'body-too-large', id: expect.any(String) } } });
    expect(await storedIds()).toEqual(before);
  });

  test('a body over the limit that does not say how long it is gets the same', async () => {
    const before = await storedIds();
    const bytes = padded(LIMIT + 1);
    const call = request(intake.service.url)
      .post('/iadvize/webhooks')
      .set('X-iAdvize-Signature', signBody(SECRET, bytes));
    call.set('Transfer-Encoding', 'chunked').write(bytes);
    expect((await call).status).toBe(413);
    expect(await storedIds()).toEqual(before);
  });

  test('a body that only announces to be huge is not waited for', async () => {
    const answer = await speak(['POST /iadvize/webhooks HTTP/1.1', 'Host: x', 'Content-Length: 100000000', '', '']);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toMatch(/\r\nConnection: close\r\n/i);
  });
});

test('When the sender breaks off in the middle of the body, then nothing is stored', async () => {
  const before = await storedIds();
  const bytes = started();
  const signature = `X-iAdvize-Signature: ${signBody(SECRET, bytes)}`;
  const deliveryId = crypto.randomUUID();
  const head = ['POST /iadvize/webhooks HTTP/1.1', 'Host: x', `Content-Length: ${bytes.length}`, signature];
  const socket = net.connect(Number(new URL(intake.service.url).port), '127.0.0.1');
  socket.end([...head, `X-iAdvize-Delivery: ${deliveryId}`, '', bytes.slice(0, 50)].join('\r\n'));

  await eventually(
    () => intake.service.logs(),
    (logs) => logs.includes(deliveryId),
  );
  expect(await storedIds()).toEqual(before);
  expect(await intake.stored(bytes)).toMatchObject({ status: 'accepted', duplicates: 0 });
});

/** Says these lines on a connection of its own and returns everything that comes back until it is closed. */
function speak(lines: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(Number(new URL(intake.service.url).port), '127.0.0.1');
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(Buffer.from(chunk)));
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
    socket.on('error', reject);
    socket.setTimeout(5_000, () => socket.destroy(new Error('nothing came back')));
    socket.write(lines.join('\r\n'));
  });
}
