import { hash } from 'node:crypto';
import type { Platform } from '../installations/website-ref.ts';
import type { Database } from '../persistence/database.ts';
import { isDatabaseFault, isDataFault, isDeadlock } from '../persistence/database-faults.ts';
import {
  type IncomingEvent,
  insertEvents,
  type NewEventRow,
  type StoredEventRow,
  type StoredStatus,
} from './event-rows.ts';
import { createGroupCommit, NotWrittenInTime } from './group-commit.ts';
import { readEvent } from './read-event.ts';

export interface StoredEvent {
  status: StoredStatus;
  /** The same event was here before; nothing was added. */
  duplicate: boolean;
}

export interface EventStore {
  /**
   * Commits the event before it resolves; throws when it did not within 7,000 ms, whatever the database does: senders
   * wait for ten seconds, and one that got no answer takes this service for gone. It may be stored all the same then.
   * Idempotent by signed bytes: `eventId`, else the SHA-256 of the body. The same id with another body keeps the first
   * and is stored beside it as an anomaly.
   */
  store(event: IncomingEvent): Promise<StoredEvent>;
}

/** In ms. */
const PATIENCE_MS = 7_000;

/** Rows of one statement at most; their bodies are 256 KiB each at worst. */
const MOST_ROWS = 100;
/** The embedded database has one session. */
const MOST_WRITING = { postgres: 3, embedded: 1 } as const;
/** In ms: several commits of a good disk. */
const OVERLAP_AFTER_MS = 5;

/**
 * `onAccepted` is called after the commit of every new event that is to be planned, `onDatabaseFault` for every event that
 * was not stored, or not in time, for no fault of its own.
 */
export function createEventStore(
  database: Database,
  defaultPlatform: Platform,
  onAccepted: () => void,
  onDatabaseFault: () => void,
): EventStore {
  const write = createGroupCommit<NewEventRow, StoredEventRow>({
    write: (rows) => insertEvents(database, rows, defaultPlatform),
    keyOf: (row) => row.dedupeKey,
    // Two statements that wait for each other, which single rows cannot.
    isItsOwnFault: (error) => isDataFault(error) || isDeadlock(error),
    mostItems: MOST_ROWS,
    mostWriting: MOST_WRITING[database.kind],
    overlapAfterMs: OVERLAP_AFTER_MS,
  });

  async function insert(row: NewEventRow, patienceMs: number): Promise<StoredEventRow> {
    try {
      return await write(row, patienceMs);
    } catch (error) {
      if (isDatabaseFault(error) || error instanceof NotWrittenInTime) onDatabaseFault();
      throw error;
    }
  }

  return {
    async store(incoming) {
      const read = readEvent(incoming.source, incoming.contentType, incoming.body);
      const bodyHash = hash('sha256', incoming.body, 'hex');
      const dedupeKey = read.eventId === undefined ? `sha256:${bodyHash}` : `id:${read.eventId}`;
      const reason = read.status === 'quarantined' ? read.reason : null;
      const row: NewEventRow = { dedupeKey, bodyHash, incoming, status: read.status, reason, read };

      const until = performance.now() + PATIENCE_MS;
      const first = await insert(row, PATIENCE_MS);
      if (first.duplicates > 0 && first.bodyHash !== bodyHash) {
        const anomalyKey = `anomaly:${read.eventId ?? ''}:${bodyHash}`;
        const anomaly = {
          ...row,
          dedupeKey: anomalyKey,
          status: 'duplicate-anomaly',
          reason: 'same-id-other-body',
        } as const;
        await insert(anomaly, until - performance.now());
        return { status: 'duplicate-anomaly', duplicate: true };
      }
      if (first.duplicates === 0 && first.status === 'accepted') onAccepted();
      return { status: first.status, duplicate: first.duplicates > 0 };
    },
  };
}
