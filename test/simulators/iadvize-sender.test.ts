import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createFaults, type Faults } from './faults.ts';
import { conversationStarted } from './iadvize-events.ts';
import { createSender, type AcceptedEvent, type Sender, type SenderOptions } from './iadvize-sender.ts';
import { signBody } from './iadvize-signature.ts';
import { createLedger, readLedgerFile, type Ledger } from './ledger.ts';
import { startSimulator, type SimulatorServer } from './simulator-server.ts';

interface Received {
  body: string;
  headers: Record<string, unknown>;
}

describe('iAdvize sender', () => {
  let receiver: SimulatorServer;
  let faults: Faults;
  let received: Ledger<Received>;
  const senders: Sender[] = [];

  const sender = (options: Partial<SenderOptions> = {}): Sender => {
    const targetUrl = `${receiver.url}/webhooks`;
    const created = createSender({ targetUrl, secret: 'yourSecretToken', retryDelaysMs: [1, 1], ...options });
    senders.push(created);
    return created;
  };
  const refuse = (status: number, times: number) =>
    faults.add({ match: { path: /webhooks/ }, kind: 'status-after', status, times });

  beforeEach(async () => {
    faults = createFaults();
    received = createLedger();
    receiver = await startSimulator({
      name: 'receiver',
      faults,
      handle({ body, headers }) {
        received.append({ body: body.toString('utf8'), headers });
        return { status: 204 };
      },
    });
  });
  afterEach(async () => {
    for (const created of senders.splice(0)) created.close();
    await receiver.close();
  });

  test('signs the bytes it sends, and notes what was accepted', async () => {
    const event = conversationStarted();
    const { ledger, send } = sender();
    const result = await send(event);

    const [first] = received.entries();
    expect(JSON.parse(first?.body ?? '')).toEqual(event);
    expect(first?.headers).toMatchObject({
      'content-type': 'application/json',
      'x-iadvize-signature': signBody('yourSecretToken', first?.body ?? ''),
      'x-iadvize-delivery': result.attempts[0]?.deliveryId,
      'x-iadvize-correlationid': result.correlationId,
    });
    expect(result).toMatchObject({ eventId: event.eventId, accepted: true, attempts: [{ status: 204 }] });
    expect(ledger.entries()).toMatchObject([
      { eventId: event.eventId, eventType: 'conversation.started', attempts: 1 },
    ]);
  });

  test('23: the same bytes come again with a new delivery id and the same correlation id', async () => {
    refuse(503, 2);
    const result = await sender().send(conversationStarted());

    expect(result).toMatchObject({ accepted: true, attempts: [{ status: 503 }, { status: 503 }, { status: 204 }] });
    const seen = (read: (entry: Received) => unknown) => new Set(received.entries().map(read)).size;
    expect(received.entries()).toHaveLength(3);
    expect(seen(({ body }) => body)).toBe(1);
    expect(seen(({ headers }) => headers['x-iadvize-correlationid'])).toBe(1);
    expect(seen(({ headers }) => headers['x-iadvize-delivery'])).toBe(3);
  });

  test('after two retries the event is given up and on no list', async () => {
    refuse(404, Infinity);
    const { ledger, send } = sender();

    expect(await send(conversationStarted())).toMatchObject({ accepted: false, attempts: [{}, {}, {}] });
    expect(ledger.entries()).toEqual([]);
  });

  test('a cut line, a late answer and a closed door count as no answer', async () => {
    faults.add({ match: { path: /webhooks/ }, kind: 'accept-then-cut' });
    faults.add({ match: { path: /webhooks/ }, kind: 'delay-after', ms: 60_000 });
    const { attempts } = await sender({ timeoutMs: 500 }).send(conversationStarted());
    expect(attempts.map(({ status }) => status)).toEqual([null, null, 204]);

    const closed = await startSimulator({ name: 'closed', faults, handle: () => ({ status: 204 }) });
    await closed.close();
    const result = await sender({ targetUrl: closed.url }).send(conversationStarted());
    expect(result.attempts.map(({ status }) => status)).toEqual([null, null, null]);
  });

  test('a redirect is neither followed nor tried again', async () => {
    refuse(302, 1);

    expect(await sender().send(conversationStarted())).toMatchObject({ accepted: false, attempts: [{ status: 302 }] });
  });

  test('raw bytes, content type, signature and ids can be given', async () => {
    const raw = ' {"eventId":"d36cd3c4-2d16-4a77-97c2-620bde859b29"}\n';
    const { send } = sender();
    const result = await send(raw, {
      contentType: 'application/x-www-form-urlencoded',
      signature: null,
      correlationId: '332e8400-e34b-11d4-a716-446655444444',
      deliveryIds: ['110e8400-e29b-11d4-a716-446655440000'],
      headers: { 'User-Agent': 'iAdvize' },
    });
    await send(raw, { signature: 'sha256=wrong' });
    await send('no JSON');

    const [plain, wrong] = received.entries();
    expect(result.eventId).toBe('d36cd3c4-2d16-4a77-97c2-620bde859b29');
    expect(plain).toMatchObject({
      body: raw,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-iadvize-delivery': '110e8400-e29b-11d4-a716-446655440000',
        'x-iadvize-correlationid': '332e8400-e34b-11d4-a716-446655444444',
        'user-agent': 'iAdvize',
      },
    });
    expect(plain?.headers).not.toHaveProperty('x-iadvize-signature');
    expect(wrong?.headers).toMatchObject({ 'x-iadvize-signature': 'sha256=wrong' });
  });

  test('closing gives up what waits for a retry', async () => {
    refuse(500, 1);
    const waiting = sender({ retryDelaysMs: [60_000] });
    const sent = waiting.send(conversationStarted());
    await received.waitFor((entries) => entries.length === 1);
    waiting.close();

    expect(await sent).toMatchObject({ accepted: false });
  });

  test('many events at once are all accepted, and the list of them is on file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sender-'));
    const { send } = sender({ ledgerFile: join(folder, 'accepted.jsonl') });
    const events = Array.from({ length: 100 }, () => conversationStarted());
    await Promise.all(events.map((event) => send(event)));

    const accepted = readLedgerFile<AcceptedEvent>(join(folder, 'accepted.jsonl')).map(({ eventId }) => eventId);
    rmSync(folder, { recursive: true });
    expect(new Set(accepted)).toEqual(new Set(events.map(({ eventId }) => eventId)));
  });
});
