import { randomUUID } from 'node:crypto';
import os from 'node:os';
import { createLastReading } from './bridge/last-reading.ts';
import { type Carried, startedChat } from './bridge/carry-head.ts';
import { type Courier, startCourier } from './bridge/courier.ts';
import { createHealthStore } from './bridge/health-store.ts';
import { createLaneStore } from './bridge/lane-store.ts';
import { type PlanningLoop, startPlanning } from './bridge/planning-loop.ts';
import type { ReconcileLoop } from './bridge/reconcile-loop.ts';
import type { ReconcileTimings } from './bridge/reconcile-timings.ts';
import { createSettlementStore } from './bridge/settlement-store.ts';
import {
  conversationSource,
  iadvizeAccess,
  openConfigured,
  readStoredEvent,
  rememberingInstallations,
} from './compose-bridge.ts';
import { type Listening, type RemoteRecords, startListening } from './compose-listening.ts';
import { closingAnswers } from './compose-plugins.ts';
import { startReconcile } from './compose-reconcile.ts';
import type { Config } from './config.ts';
import type { DestinationType } from './destinations/contract.ts';
import { createGraphqlClient } from './iadvize/graphql-client.ts';
import { createIadvizeSource } from './iadvize/iadvize-source.ts';
import { type Installations } from './installations/installations.ts';
import { planningInstallations } from './installations/planning-queries.ts';
import type { Logger } from './observability/logger.ts';
import { type HttpClient } from './outgoing/http-client.ts';
import { type Database, promptly } from './persistence/database.ts';

/** What a worker does: each of them until it is stopped. */
export interface Workers {
  planning: PlanningLoop;
  courier: Courier;
  listening: Listening;
  reconciling: ReconcileLoop | undefined;
}

export interface WorkerParts {
  config: Config;
  logger: Logger;
  database: Database;
  installations: Installations;
  trustedHttp: HttpClient;
  guardedHttp: HttpClient;
  listeningHttp: HttpClient;
  types: readonly DestinationType[];
  records: RemoteRecords;
  onCarried(carried: Carried): void;
  reconcile: Partial<ReconcileTimings> | undefined;
}

/** Plans events, carries lanes, reads chats and compares with iAdvize's list. */
export async function startWorkers(parts: WorkerParts): Promise<Workers> {
  const { config, logger, installations, trustedHttp, guardedHttp, listeningHttp } = parts;
  const { types, records } = parts;
  const database = promptly(parts.database);
  const now = (): Date => new Date();
  const reach = {
    http: trustedHttp,
    graphql: createGraphqlClient(
      { graphql: config.IADVIZE_GRAPHQL_URL, oauth: config.IADVIZE_OAUTH_URL },
      trustedHttp,
      now,
    ),
    restUrls: { sd: config.IADVIZE_REST_URL_SD, ha: config.IADVIZE_REST_URL_HA },
    accessOf: iadvizeAccess(installations),
  };
  const answersOf = closingAnswers(installations, reach);
  const lanes = createLaneStore(database);
  // The data folder is ours alone, so whoever left a lease there is gone.
  if (database.kind === 'embedded') await lanes.endAllLeases();
  const worker = `${os.hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`;
  const courier = startCourier(
    {
      database,
      lanes,
      settlements: createSettlementStore(database),
      chats: records.chats,
      health: createHealthStore(database),
      readLast: createLastReading(records),
      logger,
      worker,
      forLease() {
        const remembered = rememberingInstallations(installations);
        const iadvize = createIadvizeSource({ database, ...reach, accessOf: iadvizeAccess(remembered) });
        return {
          source: conversationSource(iadvize, answersOf),
          openConfigured: openConfigured(remembered, types, { http: guardedHttp, now }),
        };
      },
    },
    logger,
    (carried) => {
      parts.onCarried(carried);
      if (startedChat(carried)) database.notices.send('listeners');
    },
  );
  const planning = startPlanning(
    { database, installations: planningInstallations, readStoredEvent },
    () => database.notices.send('lanes'),
    logger,
  );
  database.notices.on('events', () => planning.wake());
  database.notices.on('lanes', () => courier.wake());
  const openToRead = openConfigured(installations, types, { http: listeningHttp, now });
  const forListening = { config, logger, database, records, types, openConfigured: openToRead, worker };
  const listening = await startListening(forListening);
  const reconciling = await startReconcile({
    minutes: config.RECONCILE_MINUTES,
    timings: parts.reconcile,
    database,
    reach,
    worker,
    onPlanned: () => database.notices.send('lanes'),
    logger,
  });
  return { planning, courier, listening, reconciling };
}
