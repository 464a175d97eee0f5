import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { createApp } from '../../src/http/app.ts';
import { requireSignature } from '../../src/http/require-signature.ts';
import { startServer } from '../../src/http/server.ts';
import { verifySignature } from '../../src/http/signature.ts';
import { createEventStore, type EventStore } from '../../src/intake/event-store.ts';
import { WEBHOOK_BODY_LIMIT, webhookRoutes } from '../../src/intake/intake-routes.ts';
import { readEvent } from '../../src/intake/read-event.ts';
import { createLogger } from '../../src/observability/logger.ts';
import type { Database } from '../../src/persistence/database.ts';
import { SECRET } from '../support/test-environment.ts';

/** The intake's own code in front of another store; `storeless` answers as if PostgreSQL had. */
const STORES: Record<string, () => Promise<EventStore>> = {
  async storeless() {
    const query = async <Row>(): Promise<Row[]> => [];
    return createEventStore(
      { kind: 'postgres', query } as unknown as Database,
      'ha',
      () => undefined,
      () => undefined,
    );
  },
  async bullmq() {
    const { Queue } = await import('bullmq');
    const queue = new Queue('events', { connection: { host: '127.0.0.1', port: Number(process.env['REDIS_PORT']) } });
    await queue.waitUntilReady();
    return storing(async (id, body) => void (await queue.add('event', { body }, { jobId: id })));
  },
  async 'pg-boss'() {
    // Under its own name since version 12, which wants Node 22 and so is not among our dependencies.
    const loaded: { PgBoss?: BossClass; default?: BossClass } = await import('pg-boss');
    const PgBoss = loaded.PgBoss ?? loaded.default;
    if (!PgBoss) throw new Error('This version of pg-boss has another shape.');
    const boss = new PgBoss(process.env['DATABASE_URL'] ?? '');
    await boss.start();
    await boss.createQueue('events');
    return storing(async (id, body) => void (await boss.send('events', { body }, { singletonKey: id })));
  },
};

type BossClass = new (databaseUrl: string) => {
  start(): Promise<unknown>;
  createQueue(name: string): Promise<unknown>;
  send(name: string, data: object, options: { singletonKey: string }): Promise<unknown>;
};

/** The same reading and checking as ours, then the peer's own way to put a job on disk. */
function storing(put: (id: string, body: string) => Promise<void>): EventStore {
  return {
    async store({ source, contentType, body }) {
      const { eventId, status } = readEvent(source, contentType, body);
      await put(eventId?.replaceAll(':', '-') ?? '', body.toString('utf8'));
      return { status, duplicate: false };
    },
  };
}

const secrets = [{ id: 'bench', value: SECRET }];

/** Our own app, so that only the store differs. */
async function behindOurApp(store: EventStore): Promise<number> {
  const app = createApp(createLogger({ level: 'info' }), [], {
    early: [webhookRoutes(store, requireSignature(secrets))],
  });
  const { port } = await startServer(app, { port: 0, host: '127.0.0.1' });
  return port;
}

/** Express as its manual shows it, the same verifier and schema, and nothing else: what one would put before a queue. */
async function behindPlainExpress(store: EventStore): Promise<number> {
  const app = express();
  app.post('/iadvize/webhooks', express.raw({ type: '*/*', limit: WEBHOOK_BODY_LIMIT }), async (request, response) => {
    const rawBody = request.body as Buffer;
    const header = request.get('x-iadvize-signature');
    const { valid } = verifySignature({ method: 'POST', rawQuery: '', rawBody, header }, secrets, new Date());
    if (!valid) return void response.status(401).json({ error: 'signature' });
    const contentType = request.get('content-type');
    const { status } = await store.store({ source: 'webhook', contentType, body: rawBody });
    response.status(202).json({ status });
  });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const [kind = '', front] = process.argv.slice(2);
const store = await STORES[kind]!();
const port = await (front === 'plain' ? behindPlainExpress(store) : behindOurApp(store));
process.stdout.write(`${JSON.stringify({ event: 'listening', port })}\n`);
