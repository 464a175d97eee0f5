import { randomUUID } from 'node:crypto';
import os from 'node:os';
import { Router } from 'express';
import { adminListRoutes } from './admin/admin-list-routes.ts';
import { type Courier, startCourier } from './bridge/courier.ts';
import { createLaneStore } from './bridge/lane-store.ts';
import { type PlanningLoop, startPlanning } from './bridge/planning-loop.ts';
import { createRemoteChatStore } from './bridge/remote-chat-store.ts';
import { createSettlementStore } from './bridge/settlement-store.ts';
import {
  conversationSource,
  iadvizeAccess,
  openConfigured,
  readStoredEvent,
  releasingParked,
} from './compose-bridge.ts';
import { createCatalogue } from './compose-catalogue.ts';
import { createFeeds } from './compose-feeds.ts';
import { agentRouters, closingAnswers } from './compose-plugins.ts';
import { verificationRouters } from './compose-verification.ts';
import type { Config } from './config.ts';
import { DESTINATION_TYPES } from './destinations/registry.ts';
import { createApp } from './http/app.ts';
import { probeRoutes } from './http/probes.ts';
import { captureRawBody } from './http/raw-body.ts';
import { requireAdmin } from './http/require-admin.ts';
import { requireSignature } from './http/require-signature.ts';
import { type RunningServer, startServer } from './http/server.ts';
import { createGraphqlClient } from './iadvize/graphql-client.ts';
import { createIadvizeSource } from './iadvize/iadvize-source.ts';
import { installationRoutes } from './installations/installation-routes.ts';
import { createInstallationStore } from './installations/installation-store.ts';
import { createInstallations, type Installations } from './installations/installations.ts';
import { applyInstallationsFile } from './installations/installations-file.ts';
import { planningInstallations } from './installations/planning-queries.ts';
import { createEventStore } from './intake/event-store.ts';
import { pushRoutes, WEBHOOK_BODY_LIMIT, webhookRoutes } from './intake/intake-routes.ts';
import type { Logger } from './observability/logger.ts';
import { createHttpClient, type HttpClient } from './outgoing/http-client.ts';
import type { Database } from './persistence/database.ts';
import { openDatabase } from './persistence/open-database.ts';
import { createReadiness } from './persistence/readiness.ts';
import { createSecretBox } from './persistence/secret-box.ts';

export interface Service {
  port: number;
  /** Takes nothing new, finishes what is in flight, closes everything. */
  stop(): Promise<void>;
}

export interface ServiceOptions {
  config: Config;
  logger: Logger;
  /** A database that is open already; tests bring their own. */
  database?: Database;
}

/** The one place where objects are built. Resolves when the service listens. */
export async function startService({ config, logger, database: given }: ServiceOptions): Promise<Service> {
  const database = given ?? (await openDatabase({ databaseUrl: config.DATABASE_URL, dataDir: config.DATA_DIR }));
  // iAdvize's addresses are the operator's own, installations' are a stranger's.
  const trustedHttp = createHttpClient({ allowPrivateAddresses: true });
  const guardedHttp = createHttpClient({ allowPrivateAddresses: config.ALLOW_PRIVATE_UPSTREAMS });
  try {
    const secretBox = createSecretBox(config.ENCRYPTION_KEYS);
    const installationStore = releasingParked(createInstallationStore(database, secretBox), database);
    const installations = createInstallations(installationStore, DESTINATION_TYPES);
    if (config.INSTALLATIONS_FILE !== undefined) {
      await applyInstallationsFile(config.INSTALLATIONS_FILE, installations, logger);
    }
    const workers =
      config.ROLE === 'web'
        ? undefined
        : await startWorkers({ config, logger, database, installations, trustedHttp, guardedHttp, secretBox });
    const readiness = createReadiness(database);
    const catalogue = createCatalogue(database, config, logger);
    const routers = [probeRoutes(readiness)];
    if (config.ROLE !== 'worker') {
      const verification = verificationRouters({
        config,
        installations,
        store: installationStore,
        trustedHttp,
        guardedHttp,
      });
      routers.push(
        ...webRouters(config, database, installations, verification, catalogue.router, () => workers?.planning.wake()),
      );
      const onNote = (): void => workers?.courier.wake();
      const types = DESTINATION_TYPES;
      routers.push(...agentRouters({ config, database, installations, trustedHttp, guardedHttp, types, onNote }));
    }
    const { onLive } = catalogue;
    const feeds = createFeeds({ database, http: guardedHttp, installations, logger, onLive });
    if (config.ROLE !== 'worker') routers.push(feeds.router);
    const server = await startServer(createApp(logger, routers), { port: config.PORT, host: config.HOST });
    if (config.ROLE !== 'web') feeds.startSchedule();
    if (config.ROLE !== 'worker') catalogue.startWarmUp();
    return {
      port: server.port,
      async stop() {
        readiness.drain();
        await drain(server, workers);
        await feeds.stop();
        catalogue.stop();
        guardedHttp.close();
        trustedHttp.close();
        await database.close();
      },
    };
  } catch (error) {
    guardedHttp.close();
    trustedHttp.close();
    await database.close();
    throw error;
  }
}

function webRouters(
  config: Config,
  database: Database,
  installations: Installations,
  verification: { signed: Router; admin: Router },
  catalogue: Router,
  onAccepted: () => void,
): Router[] {
  const events = createEventStore(database, config.DEFAULT_PLATFORM, onAccepted);
  const signed = Router();
  signed.use('/iadvize', captureRawBody(WEBHOOK_BODY_LIMIT), requireSignature(config.IADVIZE_SECRET_TOKENS));
  const guarded = Router();
  guarded.use(['/admin', '/metrics'], requireAdmin(config.ADMIN_TOKEN));
  return [
    ...(config.IADVIZE_PUSH_KEY === undefined ? [] : [pushRoutes(events, config.IADVIZE_PUSH_KEY)]),
    signed,
    // What is asked most stands first.
    catalogue,
    webhookRoutes(events),
    verification.signed,
    guarded,
    installationRoutes(installations),
    verification.admin,
    adminListRoutes(database),
  ];
}

interface Workers {
  planning: PlanningLoop;
  courier: Courier;
}

interface WorkerParts {
  config: Config;
  logger: Logger;
  database: Database;
  installations: Installations;
  trustedHttp: HttpClient;
  guardedHttp: HttpClient;
  secretBox: ReturnType<typeof createSecretBox>;
}

async function startWorkers(parts: WorkerParts): Promise<Workers> {
  const { config, logger, database, installations, trustedHttp, guardedHttp, secretBox } = parts;
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
  const iadvize = createIadvizeSource({ database, ...reach });
  const lanes = createLaneStore(database);
  // The data folder is ours alone, so whoever left a lease there is gone.
  if (database.kind === 'embedded') await lanes.endAllLeases();
  const courier = startCourier(
    {
      database,
      lanes,
      settlements: createSettlementStore(database),
      chats: createRemoteChatStore(database, secretBox),
      source: conversationSource(iadvize, closingAnswers(installations, reach)),
      openConfigured: openConfigured(installations, DESTINATION_TYPES, { http: guardedHttp, now }),
      worker: `${os.hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`,
    },
    logger,
  );
  const planning = startPlanning(
    { database, installations: planningInstallations, readStoredEvent },
    () => courier.wake(),
    logger,
  );
  return { planning, courier };
}

/** All at once: a sender that is slow with its body must not keep couriers claiming until the time is up. */
async function drain(server: RunningServer, workers: Workers | undefined): Promise<void> {
  await Promise.all([server.drain(), workers?.planning.stop(), workers?.courier.stop()]);
}
