import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Every label has one of these lists behind it, so no label ever holds a name, an id or an address. */
export interface MetricLabels {
  /** Places of the secrets in their list. */
  secrets: readonly string[];
  destinationTypes: readonly string[];
}

const EVENT_STATUSES = ['accepted', 'ignored', 'quarantined', 'duplicate-anomaly', 'duplicate'];
const DELIVERY_OUTCOMES = ['delivered', 'skipped', 'expired', 'parked', 'uncertain'];
const ATTEMPT_OUTCOMES = ['delivered', 'notSent', 'refused', 'gone', 'throttled', 'unknown'];

/** A commit on a good disk takes a few ms; the targets of the intake lie between 10 and 50. */
const LATENCY_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/** Figures of the queue, which all processes share. */
export interface QueueFigures {
  /** Seconds; lanes that wait for a person are left out. */
  oldestPendingSeconds: number;
  parked: number;
  uncertain: number;
  eventsToPlan: number;
  /** Given up. */
  eventsUnplanned: number;
  /** Open breakers by type of chat system. */
  breakersOpen: Readonly<Record<string, number>>;
  /** That a worker has; each reads one remote chat, or all of a destination. */
  listenersOpen: number;
  /** Due, with no worker that has them. */
  listenersWaiting: number;
}

/** A figure of this process that is read when it is asked for. */
export interface ProcessFigure {
  name: string;
  help: string;
  read(): number;
}

export interface Metrics {
  /** An event was answered. `status` as it is stored, or `duplicate`. */
  tookEvent(status: string, seconds: number): void;
  matchedSecret(secretId: string): void;
  /** A delivery came to an end, or stops its lane; other outcomes are not counted. */
  settledDelivery(outcome: string): void;
  endedAttempt(outcome: string): void;
  /** Data was removed for its age. */
  removedExpired(counts: { events: number; conversations: number }): void;
  /** The text that Prometheus reads. `queue` is undefined when the database did not answer. */
  expose(queue: QueueFigures | undefined): Promise<string>;
  contentType: string;
}

export function createMetrics({ secrets, destinationTypes }: MetricLabels, figures: readonly ProcessFigure[]): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });

  /** Counts by a closed list; all of it is shown from the start, so that a first increase is seen as one. */
  function counter(name: string, help: string, label: string, values: readonly string[]): (value: string) => void {
    const counted = new Counter({ name, help, labelNames: [label], registers });
    for (const value of values) counted.inc({ [label]: value }, 0);
    return (value) => {
      if (values.includes(value)) counted.inc({ [label]: value });
    };
  }
  const gauge = (name: string, help: string): Gauge => new Gauge({ name, help, registers });

  const events = counter('connector_events_total', 'Events taken in, by what they are.', 'status', EVENT_STATUSES);
  const latency = new Histogram({
    name: 'connector_intake_seconds',
    help: 'From the request to the answer of a stored event.',
    buckets: LATENCY_BUCKETS,
    registers,
  });
  const matchedSecret = counter(
    'connector_signatures_total',
    'Well-signed calls, by the place of the matching secret in IADVIZE_SECRET_TOKENS.',
    'secret',
    secrets,
  );
  const settledDelivery = counter(
    'connector_deliveries_total',
    'Deliveries that ended, or stopped for a person, in this process.',
    'outcome',
    DELIVERY_OUTCOMES,
  );
  const endedAttempt = counter(
    'connector_attempts_total',
    'Tries to write into a chat system, in this process.',
    'outcome',
    ATTEMPT_OUTCOMES,
  );
  const expiredEvents = new Counter({
    name: 'connector_retention_events_total',
    help: 'Events emptied for their age, by this process.',
    registers,
  });
  const expiredConversations = new Counter({
    name: 'connector_retention_conversations_total',
    help: 'Conversations removed for their age, with everything that hung on them, by this process.',
    registers,
  });
  for (const { name, help, read } of figures) {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  }
  const readable = gauge('connector_queue_readable', '1 when the database answered for the figures of the queue.');
  const oldest = gauge(
    'connector_oldest_pending_seconds',
    'Age of the oldest delivery that waits for a worker or a chat system; what waits behind a parked one is left out.',
  );
  const parked = gauge('connector_deliveries_parked', 'Deliveries that a person must look at.');
  const uncertain = gauge(
    'connector_deliveries_uncertain',
    'Deliveries of which nobody can tell whether they arrived.',
  );
  const toPlan = gauge('connector_events_to_plan', 'Stored events that are due to become deliveries.');
  const unplanned = gauge(
    'connector_events_unplanned',
    'Events that were given up because they cannot be made into deliveries: a person must look at them.',
  );
  const listenersOpen = gauge(
    'connector_listeners_open',
    'Listeners that a worker has: each reads one remote chat, or all open ones of a destination.',
  );
  const listenersWaiting = gauge(
    'connector_listeners_waiting',
    'Listeners that are due and have no worker: more chats are open than LISTENERS_PER_INSTALLATION allows, or no worker runs.',
  );
  const breakers = new Gauge({
    name: 'connector_breakers_open',
    help: 'Destinations that count as down.',
    labelNames: ['type'],
    registers,
  });

  return {
    contentType: registry.contentType,
    tookEvent(status, seconds) {
      events(status);
      latency.observe(seconds);
    },
    matchedSecret,
    settledDelivery,
    endedAttempt,
    removedExpired({ events: emptied, conversations }) {
      expiredEvents.inc(emptied);
      expiredConversations.inc(conversations);
    },
    expose(queue) {
      readable.set(queue ? 1 : 0);
      // What is not known is told as that, not as the last value or as none.
      oldest.set(queue?.oldestPendingSeconds ?? NaN);
      parked.set(queue?.parked ?? NaN);
      uncertain.set(queue?.uncertain ?? NaN);
      toPlan.set(queue?.eventsToPlan ?? NaN);
      unplanned.set(queue?.eventsUnplanned ?? NaN);
      listenersOpen.set(queue?.listenersOpen ?? NaN);
      listenersWaiting.set(queue?.listenersWaiting ?? NaN);
      for (const type of destinationTypes) breakers.set({ type }, queue ? (queue.breakersOpen[type] ?? 0) : NaN);
      return registry.metrics();
    },
  };
}
