import type { Router } from 'express';
import { ensureListenersOf } from './bridge/ensure-listener.ts';
import { type FileCopying, startFileCopying } from './bridge/file-copying.ts';
import type { OpenConfigured } from './bridge/lane-context.ts';
import { createHealthStore } from './bridge/health-store.ts';
import { readLiveChat } from './bridge/read-live-chat.ts';
import { readOnce } from './bridge/listener-reading.ts';
import { createListenerStore, type ListenerStore } from './bridge/listener-store.ts';
import { type Listeners, startListeners } from './bridge/listeners.ts';
import { createReadingStore, type ReadingStore } from './bridge/reading-store.ts';
import { createRemoteChatStore, type RemoteChatStore } from './bridge/remote-chat-store.ts';
import { createRemoteFileStore, type RemoteFileStore } from './bridge/remote-file-store.ts';
import { createRemoteMessageStore, type RemoteMessageStore } from './bridge/remote-message-store.ts';
import type { PreparedStart } from './bridge/start-step.ts';
import { createSealedJson, type SealedJson } from './bridge/sealed-json.ts';
import { createTurnstile } from './persistence/turnstile.ts';
import { openConfigured } from './compose-bridge.ts';
import type { Config } from './config.ts';
import type { DestinationType } from './destinations/contract.ts';
import { createFileLinks, type FileLinks } from './files/file-links.ts';
import { fileRoutes } from './files/file-routes.ts';
import type { Installations } from './installations/installations.ts';
import type { Logger } from './observability/logger.ts';
import type { HttpClient } from './outgoing/http-client.ts';
import { type Database, promptly } from './persistence/database.ts';
import type { SecretBox } from './persistence/secret-box.ts';

/** A worker that died is followed by another after this and one poll, in ms. */
const LEASE_MS = 6_000;
/** Above the longest long poll of any chat system, in ms. */
const READING_LIMIT_MS = 120_000;
/** Of the workers' places at the database, those that listeners may take at the same time: at most half, and these. */
const MOST_DATABASE_PLACES = 8;

/** What remote agents wrote, as stores, and what the rooms around the bridge need of it. */
export interface RemoteRecords {
  sealed: SealedJson;
  chats: RemoteChatStore;
  messages: RemoteMessageStore;
  readings: ReadingStore;
  files: RemoteFileStore;
  listeners: ListenerStore;
  links: FileLinks;
  /** Tells the workers that there is something to read there; a process that reads itself has a quicker way. */
  hint(installationId: string, destinationId: string): Promise<void>;
  /** The text a chat was started with. */
  openingText(laneId: string, prepared: string): string;
  /** Serves the files. Public: each address carries its own signature. */
  router: Router;
}

export function createRemoteRecords(database: Database, secretBox: SecretBox, config: Config): RemoteRecords {
  const sealed = createSealedJson(secretBox);
  const files = createRemoteFileStore(database, sealed, secretBox);
  const links = createFileLinks({
    keys: config.ENCRYPTION_KEYS,
    publicUrl: config.PUBLIC_URL,
    lifetimeMs: config.FILE_LINK_HOURS * 3_600_000,
    now: () => new Date(),
  });
  const chats = createRemoteChatStore(promptly(database), secretBox);
  const listeners = createListenerStore(promptly(database));
  const messages = createRemoteMessageStore(database, sealed, files);
  return {
    sealed,
    chats,
    files,
    openingText: (laneId, prepared) => (chats.openStart(laneId, prepared) as PreparedStart).context.openingText,
    messages,
    readings: createReadingStore(promptly(database), sealed, messages),
    listeners,
    async hint(installationId, destinationId) {
      await listeners.hint(installationId, destinationId);
    },
    links,
    router: fileRoutes({ links, load: (fileId) => files.load(fileId) }),
  };
}

/** The records, and what the chat systems show of them now. */
export function withLiveChats({ records, installations, types, guardedHttp }: LiveParts) {
  const open = openConfigured(installations, types, { http: guardedHttp, now: () => new Date() });
  const { chats } = records;
  return { ...records, readLive: (lane: LiveLane) => readLiveChat(lane, { chats, openConfigured: open }) };
}

interface LiveParts {
  records: RemoteRecords;
  installations: Installations;
  types: readonly DestinationType[];
  guardedHttp: HttpClient;
}

type LiveLane = Parameters<typeof readLiveChat>[0];

export interface ListeningParts {
  config: Config;
  logger: Logger;
  database: Database;
  /** Of the database, for all that a worker does. */
  places: number;
  records: RemoteRecords;
  types: readonly DestinationType[];
  /** With connections for as many long polls as there may be. */
  openConfigured: OpenConfigured;
  /** Name of this worker in leases. */
  worker: string;
}

export interface Listening extends Listeners {
  fileCopying: FileCopying;
}

/** Starts to read what remote agents write, and to fetch their files. */
export async function startListening(parts: ListeningParts): Promise<Listening> {
  const { config, logger, database, records, types, openConfigured, worker } = parts;
  const { chats, readings } = records;
  // The data folder is ours alone, so whoever left a lease there is gone.
  if (database.kind === 'embedded') await records.listeners.endAllLeases();
  const onDatabase = createTurnstile(Math.max(1, Math.min(MOST_DATABASE_PLACES, Math.floor(parts.places / 2))));
  const health = createHealthStore(database);
  const limits = { leaseMs: LEASE_MS, readingLimitMs: READING_LIMIT_MS };
  const reading = { openConfigured, chats, readings, health, logger, ...limits, onDatabase };
  const fileCopying = startFileCopying({ files: records.files, chats, openConfigured, logger });
  const listeners = startListeners({
    store: records.listeners,
    read: (lease, memory, signal) => readOnce(lease, memory, signal, reading),
    async ensure() {
      for (const { type, capabilities } of types) {
        await ensureListenersOf(database, { type, listensPerChat: capabilities.listensPerChat });
      }
    },
    onStored: () => fileCopying.wake(),
    worker,
    logger,
    perInstallation: config.LISTENERS_PER_INSTALLATION,
    leaseMs: LEASE_MS,
  });
  database.notices.on('listeners', () => listeners.wake());
  database.notices.on('files', () => fileCopying.wake());
  return {
    wake: () => listeners.wake(),
    hint: (installationId, destinationId) => listeners.hint(installationId, destinationId),
    fileCopying,
    async stop() {
      await Promise.all([listeners.stop(), fileCopying.stop()]);
    },
  };
}
