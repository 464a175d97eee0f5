import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createFaults, type Faults } from './faults.ts';
import { call } from './http-call.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { startSimulator, type RequestEntry, type SimulatorServer } from './simulator-server.ts';

interface Effect {
  body: string;
}

describe('Simulator server', () => {
  let server: SimulatorServer;
  let faults: Faults;
  let effects: Ledger<Effect>;
  let requests: Ledger<RequestEntry>;

  const post = (path: string, body = 'hello') => call(`${server.url}${path}`, { method: 'POST', body });

  beforeEach(async () => {
    faults = createFaults();
    effects = createLedger();
    requests = createLedger();
    server = await startSimulator({
      name: 'test',
      faults,
      onRequest: requests.append,
      async handle({ path, body, gone }) {
        if (path === '/hang') await new Promise((resolve) => gone.addEventListener('abort', resolve));
        if (path === '/broken') throw new Error('handler is broken');
        effects.append({ body: body.toString('utf8') });
        return path === '/text' ? { status: 202, body: 'plain' } : { status: 200, body: { done: true } };
      },
    });
  });
  afterEach(() => server.close());

  test('answers objects as JSON and strings as they are, and notes each request', async () => {
    expect((await post('/json?a=1&b=%C5%BC')).json).toEqual({ done: true });
    expect(await post('/text')).toMatchObject({ status: 202, text: 'plain' });
    expect(requests.entries()).toMatchObject([
      { method: 'POST', path: '/json', query: { a: '1', b: 'ż' }, status: 200 },
      { path: '/text', query: {}, status: 202 },
    ]);
  });

  test('status refuses without an effect, once by default', async () => {
    faults.add({
      match: { path: /^\/json$/ },
      kind: 'status',
      status: 429,
      headers: { 'Retry-After': '10' },
      body: {},
    });

    const refused = await post('/json');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '10']);
    expect((await post('/json')).status).toBe(200);
    expect(effects.entries()).toHaveLength(1);
  });

  test('cut-before leaves no answer and no effect', async () => {
    faults.add({ match: { path: /./ }, kind: 'cut-before' });

    await expect(post('/json')).rejects.toThrow('fetch failed');
    expect(effects.entries()).toEqual([]);
    expect(requests.entries()).toMatchObject([{ status: null }]);
  });

  test('accept-then-cut leaves an effect and no answer', async () => {
    faults.add({ match: { path: /./ }, kind: 'accept-then-cut' });

    await expect(post('/json', 'kept')).rejects.toThrow('fetch failed');
    expect(effects.entries()).toMatchObject([{ body: 'kept' }]);
  });

  test('status-after leaves an effect behind an error', async () => {
    faults.add({ match: { path: /./ }, kind: 'status-after', status: 502 });

    expect((await post('/json')).status).toBe(502);
    expect(effects.entries()).toHaveLength(1);
  });

  test('delay carries the request out even after the caller has given up', async () => {
    faults.add({ match: { path: /./ }, kind: 'delay', ms: 250 });

    const given = call(`${server.url}/json`, { method: 'POST', body: 'late', signal: AbortSignal.timeout(20) });
    await expect(given).rejects.toThrow();
    expect(effects.entries()).toEqual([]);
    await effects.waitFor((entries) => entries.length === 1);
  });

  test('delay-after has its effect before the answer', async () => {
    faults.add({ match: { path: /./ }, kind: 'delay-after', ms: 60_000 });

    const hanging = expect(post('/json')).rejects.toThrow();
    await effects.waitFor((entries) => entries.length === 1);
    await server.close();
    await hanging;
  });

  test('a fault hits only what it matches, as often as it says, until cleared', async () => {
    faults.add({ match: { method: 'GET', path: /./ }, kind: 'status', status: 500, times: Infinity });
    faults.add({ match: ({ query }) => query.has('chat_queue_id'), kind: 'status', status: 503, times: 2 });

    const statuses = [];
    for (const path of ['/json', '/json?chat_queue_id=3', '/json?chat_queue_id=3', '/json?chat_queue_id=3']) {
      statuses.push((await post(path)).status);
    }
    expect(statuses).toEqual([200, 503, 503, 200]);
    expect((await call(`${server.url}/json`)).status).toBe(500);
    expect((await call(`${server.url}/json`)).status).toBe(500);
    faults.clear();
    expect((await call(`${server.url}/json`)).status).toBe(200);
  });

  test('a body that breaks off is not handled', async () => {
    const closed = new Promise((resolve) => {
      const socket = connect(server.port, '127.0.0.1', () => {
        socket.write('POST /json HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf', () => socket.destroy());
      });
      socket.once('close', resolve);
    });
    await closed;
    await post('/json', 'whole');

    expect(effects.entries()).toMatchObject([{ body: 'whole' }]);
  });

  test('an error of the handler is an answer that says so', async () => {
    expect(await post('/broken')).toMatchObject({ status: 500, json: { failed: 'handler is broken' } });
  });

  test('closing ends requests that are still waiting', async () => {
    const waiting = expect(post('/hang')).rejects.toThrow();
    const arrived = call(`${server.url}/json`);
    await arrived;
    await server.close();
    await waiting;
  });
});
