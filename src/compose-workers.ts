import { randomUUID } from 'node:crypto';
import os from 'node:os';
import { createLastReading } from './bridge/last-reading.ts';
import { type Carried, startedChat } from './bridge/carry-head.ts';
import { startCourier } from './bridge/courier.ts';
import { createHealthStore } from './bridge/health-store.ts';
import { createLaneStore } from './bridge/lane-store.ts';
import { startPlanning } from './bridge/planning-loop.ts';
import type { PlanningTimings } from './bridge/planning-turns.ts';
import type { ReconcileTimings } from './bridge/reconcile-timings.ts';
import { createSettlementStore } from './bridge/settlement-store.ts';
import { createWriteFence } from './bridge/write-fence.ts';
import {
  conversationSource,
  iadvizeAccess,
  openConfigured,
  readStoredEvent,
  rememberingInstallations,
} from './compose-bridge.ts';
import type { Common } from './compose-common.ts';
import { createRemoteRecords, type RemoteRecords, startListening } from './compose-listening.ts';
import { closingAnswers } from './compose-plugins.ts';
import { startReconcile } from './compose-reconcile.ts';
import { createGraphqlClient } from './iadvize/graphql-client.ts';
import { createIadvizeSource } from './iadvize/iadvize-source.ts';
import { planningInstallations } from './installations/planning-queries.ts';
import { keepingPauses } from './outgoing/pausing-client.ts';
import { promptly } from './persistence/database.ts';
import { takingTurns } from './persistence/taking-turns.ts';
import { startErasing } from './privacy/erasing-loop.ts';
import type { ExpiredCounts } from './privacy/expired-batches.ts';
import { type RetentionTimings, startRetention } from './privacy/retention-loop.ts';

/** All that works in the background of this process, until it is stopped. */
export interface Workers {
  /** Tells whoever reads that destination, quicker than the database does. */
  hint: RemoteRecords['hint'];
  /** Takes nothing new, finishes what is in flight. */
  stop(): Promise<void>;
}

/** Told what workers do, for the figures of their process. */
export interface WorkerCounts {
  onCarried(counted: CarriedCount): void;
  onExpired(counts: ExpiredCounts): void;
}

/** How a delivery was left, and how the try to write it ended where there was one. */
export interface CarriedCount {
  to: CarriedOutcome['settlement']['to'];
  attempt: NonNullable<CarriedOutcome['attempt']>['outcome']['outcome'] | undefined;
}

type CarriedOutcome = Carried['outcome'];

export interface WorkerParts extends Common, WorkerCounts {
  /** Of the database: so many statements of theirs at a time. */
  places: number;
  planning?: Partial<PlanningTimings> | undefined;
  reconcile?: Partial<ReconcileTimings> | undefined;
  retention?: Partial<RetentionTimings> | undefined;
}

/** Plans events, carries lanes, reads chats, compares with iAdvize's list and removes what is too old to be kept. */
export async function startWorkers(parts: WorkerParts): Promise<Workers> {
  const { config, logger, installations, trustedHttp, guardedHttp, listeningHttp } = parts;
  const { types, places } = parts;
  const behind = takingTurns(parts.database, places);
  const records = createRemoteRecords(behind, parts.secretBox, config);
  const database = promptly(behind);
  const now = (): Date => new Date();
  const iadvizeHttp = keepingPauses(trustedHttp);
  const reach = {
    http: iadvizeHttp,
    graphql: createGraphqlClient(
      { graphql: config.IADVIZE_GRAPHQL_URL, oauth: config.IADVIZE_OAUTH_URL },
      iadvizeHttp,
      now,
    ),
    restUrls: { sd: config.IADVIZE_REST_URL_SD, ha: config.IADVIZE_REST_URL_HA },
    accessOf: iadvizeAccess(installations),
  };
  const answersOf = closingAnswers(installations, reach);
  const lanes = createLaneStore(database);
  // The data folder is ours alone, so whoever left a lease there is gone.
  if (database.kind === 'embedded') await Promise.all([lanes.endAllLeases(), parts.erasing.store.endAllLeases()]);
  const worker = `${os.hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`;
  let isStopping = false;
  const courier = startCourier(
    {
      database,
      lanes,
      settlements: createSettlementStore(database),
      chats: records.chats,
      health: createHealthStore(database),
      readLast: createLastReading({
        ...records,
        onFiles: () => database.notices.send('files'),
        isStopping: () => isStopping,
      }),
      logger,
      worker,
      forLease() {
        const remembered = rememberingInstallations(installations);
        const iadvize = createIadvizeSource({ database, ...reach, accessOf: iadvizeAccess(remembered) });
        const fence = createWriteFence(guardedHttp);
        return {
          source: conversationSource(iadvize, answersOf),
          openConfigured: openConfigured(remembered, types, { http: fence.http, now }),
          fence,
        };
      },
    },
    logger,
    (carried) => {
      const { settlement, attempt } = carried.outcome;
      parts.onCarried({ to: settlement.to, attempt: attempt?.outcome.outcome });
      if (startedChat(carried)) database.notices.send('listeners');
    },
  );
  const planning = startPlanning({
    database,
    installations: planningInstallations,
    readStoredEvent,
    onPlanned: () => database.notices.send('lanes'),
    logger,
    timings: parts.planning,
  });
  database.notices.on('events', () => planning.wake());
  database.notices.on('lanes', () => courier.wake());
  const openToRead = openConfigured(installations, types, { http: listeningHttp, now });
  const forListening = { config, logger, database, places, records, types, openConfigured: openToRead, worker };
  const listening = await startListening(forListening);
  const reconciling = await startReconcile({
    minutes: config.RECONCILE_MINUTES,
    retentionDays: config.RETENTION_DAYS,
    timings: parts.reconcile,
    database,
    reach,
    worker,
    onPlanned: () => database.notices.send('lanes'),
    logger,
  });
  const erasing = startErasing(parts.erasing, logger);
  database.notices.on('erasures', () => erasing.wake());
  const retention = startRetention({
    database,
    retentionDays: config.RETENTION_DAYS,
    timings: parts.retention,
    onExpired: parts.onExpired,
    logger,
  });
  return {
    hint: listening.hint,
    async stop() {
      isStopping = true;
      const loops = [planning, courier, listening, erasing, retention];
      await Promise.all([reconciling?.stop(), ...loops.map((loop) => loop.stop())]);
    },
  };
}
