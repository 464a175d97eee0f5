import { randomUUID } from 'node:crypto';
import type pg from 'pg';

/** What there may be to do: events to plan, lanes to carry, chats to listen to, files to fetch, erasures to finish. */
export type Topic = 'events' | 'lanes' | 'listeners' | 'files' | 'erasures';

/**
 * Tells every process that shares the database that there may be work. Only a hint that saves the wait until somebody
 * looks by himself: it may come twice, late, or not at all.
 */
export interface Notices {
  /** Listeners of this thread hear it at once, those of others some milliseconds later. Never throws. */
  send(topic: Topic): void;
  on(topic: Topic, listener: () => void): void;
}

const CHANNEL = 'connector_notices';
/** A commit that notifies waits for all others that do, so the notices of this long become one. */
const GATHER_MS = 5;
/** No process notifies more often than this. */
const PAUSE_MS = 20;
/** A hint needs no disk: what it hints at is on it already. */
const NOTIFY = `
SELECT set_config('synchronous_commit', 'off', true), pg_notify('${CHANNEL}', payload) FROM UNNEST($1::text[]) AS payload`;
/** A hint that comes later is not worth waiting for, least of all by a process that is to end. */
const LIMIT_MS = 1_000;
const RECONNECT_MS = 1_000;

/** Between the listeners of this thread only. */
export function createLocalNotices(): Notices {
  const listeners = new Map<Topic, (() => void)[]>();
  return {
    send(topic) {
      for (const listener of listeners.get(topic) ?? []) listener();
    },
    on(topic, listener) {
      listeners.set(topic, [...(listeners.get(topic) ?? []), listener]);
    },
  };
}

export interface SharedNotices extends Notices {
  /** Resolves when what was sent is on its way to the others. */
  close(): Promise<void>;
}

/** Between all processes on one PostgreSQL. `connect` opens a session of its own, kept open once somebody listens. */
export function createSharedNotices(pool: pg.Pool, connect: () => Promise<pg.Client>): SharedNotices {
  const local = createLocalNotices();
  const topics = new Set<Topic>();
  /** What is said here comes back, and the listeners here have heard it already. */
  const self = randomUUID();
  const gathered = new Set<Topic>();
  let session: pg.Client | undefined;
  let reconnecting: NodeJS.Timeout | undefined;
  let isClosed = false;
  let lastSentAt = -Infinity;

  async function listen(): Promise<void> {
    try {
      const client = await connect();
      client.on('notification', ({ payload = '' }) => {
        const [topic, sender] = payload.split(' ');
        if (sender !== self) local.send(topic as Topic);
      });
      client.once('end', () => again());
      await client.query(`LISTEN ${CHANNEL}`);
      session = client;
      if (isClosed) await client.end();
      // What was said while nobody listened.
      for (const topic of topics) local.send(topic);
    } catch {
      again();
    }
  }

  function again(): void {
    session = undefined;
    if (isClosed) return;
    clearTimeout(reconnecting);
    reconnecting = setTimeout(() => void listen(), RECONNECT_MS);
    reconnecting.unref();
  }

  async function flush(): Promise<void> {
    if (gathered.size === 0) return;
    const payloads = [...gathered].map((topic) => `${topic} ${self}`);
    gathered.clear();
    lastSentAt = performance.now();
    const statement = { text: NOTIFY, values: [payloads], query_timeout: LIMIT_MS };
    await pool.query(statement).catch(() => undefined);
  }

  return {
    send(topic) {
      local.send(topic);
      const pauseMs = lastSentAt + PAUSE_MS - performance.now();
      if (gathered.size === 0) setTimeout(() => void flush(), Math.max(GATHER_MS, pauseMs));
      gathered.add(topic);
    },
    on(topic, listener) {
      if (topics.size === 0) void listen();
      topics.add(topic);
      local.on(topic, listener);
    },
    async close() {
      isClosed = true;
      clearTimeout(reconnecting);
      await flush();
      await session?.end();
    },
  };
}
