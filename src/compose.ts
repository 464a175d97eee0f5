import { setTimeout as pause } from 'node:timers/promises';
import { Router } from 'express';
import type { DestinationStream } from 'pino';
import { adminListRoutes } from './admin/admin-list-routes.ts';
import { challengeRoutes } from './admin/challenge-routes.ts';
import { answerChallenge } from './bridge/challenge-store.ts';
import { conversationRoutes } from './admin/conversation-routes.ts';
import { deliveryControlRoutes } from './admin/delivery-control-routes.ts';
import { destinationHealthRoutes } from './admin/destination-health-routes.ts';
import { eventReplayRoutes } from './admin/event-replay-routes.ts';
import { createDeliveryControl } from './bridge/delivery-control.ts';
import { replayEvent } from './bridge/event-replay.ts';
import type { PlanningTimings } from './bridge/planning-turns.ts';
import type { ReconcileTimings } from './bridge/reconcile-timings.ts';
import { callbackRouters } from './compose-callbacks.ts';
import { createCatalogue } from './compose-catalogue.ts';
import { type Common, createCommon } from './compose-common.ts';
import { createFeeds } from './compose-feeds.ts';
import { catalogueFigures, serviceMetrics } from './compose-metrics.ts';
import { openApiRouter } from './compose-openapi.ts';
import { privacyRouter } from './compose-privacy.ts';
import { withLiveChats } from './compose-listening.ts';
import { agentRouters } from './compose-plugins.ts';
import { verificationRouters } from './compose-verification.ts';
import { createImportTrouble } from './catalogue/import-trouble.ts';
import type { Config } from './config.ts';
import type { DestinationType } from './destinations/contract.ts';
import { DESTINATION_TYPES } from './destinations/registry.ts';
import { createApp } from './http/app.ts';
import { probeRoutes } from './http/probes.ts';
import { captureRawBody } from './http/raw-body.ts';
import { requireAdmin } from './http/require-admin.ts';
import { requireSignature } from './http/require-signature.ts';
import { startServer } from './http/server.ts';
import { installationRoutes } from './installations/installation-routes.ts';
import { type Installations } from './installations/installations.ts';
import { applyInstallationsFile } from './installations/installations-file.ts';
import { createEventStore } from './intake/event-store.ts';
import { pushRoutes, WEBHOOK_BODY_LIMIT, webhookRoutes } from './intake/intake-routes.ts';
import type { Logger } from './observability/logger.ts';
import { settingsThatLoseCommits } from './persistence/commit-safety.ts';
import { type Database, promptly } from './persistence/database.ts';
import { type DatabaseOptions, openDatabase } from './persistence/open-database.ts';
import { createReadiness } from './persistence/readiness.ts';
import type { RetentionTimings } from './privacy/retention-loop.ts';
import { sealKeptAnew } from './compose-sealing.ts';
import { startWorkerThread } from './compose-worker-thread.ts';
import { startWorkers, type Workers } from './compose-workers.ts';

export interface Service {
  port: number;
  /** Tells whoever reads that destination that there is something to read. */
  hint(installationId: string, destinationId: string): Promise<void>;
  /** Takes nothing new, finishes what is in flight, closes everything. */
  stop(): Promise<void>;
}

export interface ServiceOptions {
  config: Config;
  logger: Logger;
  /** A database that is open already; tests bring their own. */
  database?: Database;
  /** The chat systems; those of the registry unless told. */
  types?: readonly DestinationType[];
  /**
   * Where workers that share this process with calls may have a thread of their own: it takes what they log. They read the
   * environment themselves, so with a database that is open already they share the thread as well.
   */
  threadLog?: DestinationStream;
  /** How events are tried again that could not be planned, where tests cannot wait. */
  planning?: Partial<PlanningTimings>;
  /** How the comparison with iAdvize's own list is timed, where tests cannot wait. */
  reconcile?: Partial<ReconcileTimings>;
  /** The same for the sweep of what is too old to be kept. */
  retention?: Partial<RetentionTimings>;
}

/** What a worker that stops leaves free: without a notice the others would find it when they next look by themselves. */
const TAKEN_OVER = ['events', 'lanes', 'listeners', 'files'] as const;

/** A start that failed waits so long for what its workers have begun, in ms. */
const GIVE_UP_MS = 2_000;

/** The one place where objects are built. Resolves when the service listens. */
export async function startService({
  config,
  logger,
  database: given,
  types = DESTINATION_TYPES,
  threadLog,
  ...timings
}: ServiceOptions): Promise<Service> {
  const places = workerPlaces(config);
  const ownThread = threadLog && !given && canHaveThreads(config) ? { log: threadLog, connections: places } : undefined;
  const connections = config.DATABASE_CONNECTIONS - (ownThread?.connections ?? 0);
  const database = given ?? (await openDatabase(databaseOptions(config, connections)));
  let common: Common | undefined;
  let workers: Workers | undefined;
  try {
    common = createCommon({ config, logger, database, types });
    const { secretBox, installationStore, installations, records, trustedHttp, guardedHttp, closeClients } = common;
    await sealKeptAnew(database, secretBox, logger);
    await warnAboutCommits(database, logger);
    if (config.INSTALLATIONS_FILE !== undefined) {
      await applyInstallationsFile(config.INSTALLATIONS_FILE, installations, logger);
    }
    const catalogue = createCatalogue(database, config, logger);
    const metrics = serviceMetrics(config, database, catalogueFigures(catalogue));
    const { onCarried, onExpired } = metrics;
    if (ownThread) workers = await startWorkerThread({ ...ownThread, onCarried, onExpired });
    else if (config.ROLE !== 'web')
      workers = await startWorkers({ ...common, ...timings, places, onCarried, onExpired });
    const hint = workers?.hint ?? records.hint;
    const readiness = createReadiness(database);
    const routers = [probeRoutes(readiness)];
    const early: Router[] = [];
    if (config.ROLE !== 'worker') {
      const onAccepted = (): void => database.notices.send('events');
      early.push(...intakeRouters(config, database, onAccepted, readiness.doubtStoring));
      const verification = verificationRouters({
        config,
        installations,
        store: installationStore,
        trustedHttp,
        guardedHttp,
        importTrouble: createImportTrouble(database),
      });
      routers.push(...webRouters(config, database, installations, verification, catalogue.router));
      const onNote = (): void => database.notices.send('lanes');
      routers.push(challengeRoutes(database, (id, answer) => answerChallenge(database, id, answer), onNote));
      const onHint = (installationId: string, destinationId: string): void =>
        void hint(installationId, destinationId).catch(() => undefined);
      const callbacks = callbackRouters({ config, database, installations, types, guardedHttp, hint: onHint });
      const shown = withLiveChats(common);
      routers.push(callbacks.open, callbacks.admin, records.router, conversationRoutes(database, shown));
      // Behind the guard that the routers above brought.
      routers.push(deliveryControlRoutes(database, createDeliveryControl(database, onNote)));
      routers.push(eventReplayRoutes(database, (id) => replayEvent(database, id, onAccepted)));
      routers.push(privacyRouter(common.erasing, shown, config));
      routers.push(...agentRouters({ config, database, installations, trustedHttp, guardedHttp, types, onNote }));
    }
    const feeds = createFeeds({
      connections,
      database,
      http: guardedHttp,
      installations,
      logger,
      beforeLive: async (installationId, kind, importId) => {
        if (kind === 'catalogue') await catalogue.prepare(installationId, importId);
      },
      onLive: catalogue.onLive,
    });
    if (config.ROLE !== 'worker') routers.push(feeds.router, openApiRouter(config.PUBLIC_URL));
    // What is asked for seldom stands last; a worker that takes no calls has figures too.
    routers.push(metrics.router);
    const app = createApp(logger, routers, { early, onAnswered: (answered) => metrics.onAnswered(answered) });
    const server = await startServer(app, { port: config.PORT, host: config.HOST });
    if (config.ROLE !== 'web') feeds.startSchedule();
    if (config.ROLE !== 'worker') catalogue.startWarmUp();
    return {
      port: server.port,
      hint,
      async stop() {
        readiness.drain();
        // All at once: a sender that is slow with its body must not keep couriers claiming until the time is up.
        await Promise.all([server.drain(), workers?.stop()]);
        if (workers) for (const topic of TAKEN_OVER) database.notices.send(topic);
        await feeds.stop();
        await catalogue.stop();
        closeClients();
        await database.close();
      },
    };
  } catch (error) {
    await Promise.race([workers?.stop().catch(() => undefined), pause(GIVE_UP_MS)]);
    common?.closeClients();
    await database.close();
    throw error;
  }
}

const databaseOptions = ({ DATABASE_URL, DATA_DIR }: Config, connections: number): DatabaseOptions => ({
  databaseUrl: DATABASE_URL,
  connections,
  dataDir: DATA_DIR,
});

/** Where they share a process, half of its connections are there for calls, whatever the others wait for. */
function workerPlaces({ ROLE, DATABASE_CONNECTIONS }: Config): number {
  return ROLE === 'all' ? Math.max(1, Math.floor(DATABASE_CONNECTIONS / 2)) : DATABASE_CONNECTIONS;
}

/** The embedded database serves one thread; of two connections calls would have one, which a feed may keep. */
const canHaveThreads = ({ ROLE, DATABASE_URL, DATABASE_CONNECTIONS }: Config): boolean =>
  ROLE === 'all' && DATABASE_URL !== undefined && DATABASE_CONNECTIONS > 2;

function intakeRouters(
  config: Config,
  database: Database,
  onAccepted: () => void,
  onDatabaseFault: () => void,
): Router[] {
  const events = createEventStore(promptly(database), config.DEFAULT_PLATFORM, onAccepted, onDatabaseFault);
  return [
    webhookRoutes(events, requireSignature(config.IADVIZE_SECRET_TOKENS)),
    ...(config.IADVIZE_PUSH_KEY === undefined ? [] : [pushRoutes(events, config.IADVIZE_PUSH_KEY)]),
  ];
}

function webRouters(
  config: Config,
  database: Database,
  installations: Installations,
  verification: { signed: Router; admin: Router },
  catalogue: Router,
): Router[] {
  const signed = Router();
  signed.use('/iadvize', captureRawBody(WEBHOOK_BODY_LIMIT), requireSignature(config.IADVIZE_SECRET_TOKENS));
  const guarded = Router();
  guarded.use('/admin', requireAdmin(config.ADMIN_TOKEN));
  return [
    signed,
    // What is asked most stands first.
    catalogue,
    verification.signed,
    guarded,
    installationRoutes(installations),
    verification.admin,
    adminListRoutes(database),
    destinationHealthRoutes(database),
  ];
}

/** Accepted events are promised to be on disk: whoever runs the server is told when it breaks that. */
async function warnAboutCommits(database: Database, logger: Logger): Promise<void> {
  const settings = await settingsThatLoseCommits(database);
  if (settings.length > 0)
    logger.warn({ event: 'commits-may-be-lost', settings, hint: 'switch them on in PostgreSQL' });
}
