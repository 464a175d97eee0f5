import { ZodError } from 'zod';
import { type ConversationSource, SourceUnavailableError } from './bridge/conversation-source.ts';
import type { OpenConfigured } from './bridge/lane-context.ts';
import type { ReadStoredEvent } from './bridge/event-queue.ts';
import type { DestinationDependencies, DestinationType } from './destinations/contract.ts';
import { IadvizeFailure } from './iadvize/iadvize-failure.ts';
import type { IadvizeAccess, IadvizeSource } from './iadvize/iadvize-source.ts';
import { releaseParked } from './bridge/release-parked.ts';
import type { InstallationStore } from './installations/installation-store.ts';
import type { Installations } from './installations/installations.ts';
import type { Database } from './persistence/database.ts';
import { type EventSource, readEvent } from './intake/read-event.ts';

/** How long the answers of a closing form are waited for, unless the installation says otherwise. */
const DEFAULT_FOLLOW_UP_SECONDS = 60;

type FindInstallation = Pick<Installations, 'find'>;

/** Reads each installation once. */
export function rememberingInstallations({ find }: FindInstallation): FindInstallation {
  const found = new Map<string, ReturnType<typeof find>>();
  return {
    find(id) {
      const known = found.get(id) ?? find(id);
      found.set(id, known);
      return known;
    },
  };
}

/** The rooms do not know each other; these join what the bridge asks for to what the others give. */

export function conversationSource(
  iadvize: IadvizeSource,
  closingAnswers: ConversationSource['closingAnswers'],
): ConversationSource {
  return {
    visitor: (conversation) => orUnavailable(iadvize.visitor(conversation)),
    transcript: (conversation) => orUnavailable(iadvize.transcript(conversation)),
    closingAnswers: (conversation) => orUnavailable(closingAnswers(conversation)),
    otherIds: (conversation) => orUnavailable(iadvize.otherIds(conversation)),
    operatorName: (installationId, operatorId) => iadvize.operatorName(installationId, operatorId),
  };
}

/** "Later" in the bridge's own words. */
export async function orUnavailable<Answer>(asked: Promise<Answer>): Promise<Answer> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof IadvizeFailure) || error.kind !== 'unavailable') throw error;
    const { retryAfterMs } = error;
    throw new SourceUnavailableError(error.message, { cause: error, retryAfterMs });
  }
}

export const readStoredEvent: ReadStoredEvent = (source, contentType, body) => {
  const read = readEvent(source as EventSource, contentType, body);
  return read.status === 'accepted' ? { event: read.event, clientId: read.clientId } : undefined;
};

export function openConfigured(
  installations: FindInstallation,
  types: readonly DestinationType[],
  dependencies: DestinationDependencies,
): OpenConfigured {
  return async (installationId, destinationId) => {
    try {
      const installation = await installations.find(installationId);
      const configured = installation?.settings.destinations.find((one) => one.id === destinationId);
      const type = types.find((one) => one.type === configured?.type);
      if (!installation || !configured || !type) return 'removed';
      return {
        ...type.open(configured.settings, dependencies),
        type: type.type,
        capabilities: type.capabilities,
        siteLabel: installation.label,
        uncertainPolicy: installation.settings.uncertainPolicy,
        followUpMs: (installation.settings.followUpSeconds ?? DEFAULT_FOLLOW_UP_SECONDS) * 1000,
      };
    } catch (error) {
      // Settings were valid when they were stored; a later release may judge them otherwise.
      if (error instanceof ZodError) return 'settings-do-not-fit';
      throw error;
    }
  };
}

/** Asked anew for every call: settings may have changed. */
export function iadvizeAccess(installations: FindInstallation) {
  return async (installationId: string): Promise<IadvizeAccess | undefined> => {
    const installation = await installations.find(installationId);
    if (!installation) return undefined;
    const { restApiKey, graphqlUsername, graphqlPassword } = installation.settings.iadvize ?? {};
    const graphql =
      graphqlUsername !== undefined && graphqlPassword !== undefined
        ? { username: graphqlUsername, password: graphqlPassword }
        : undefined;
    const { platform, websiteId, settings } = installation;
    const { connectorVersionId } = settings;
    return { platform, websiteNumber: String(websiteId), restApiKey, graphql, connectorVersionId };
  };
}

/** Whoever changes an installation's settings, the operator or its administrator, sets free what they had stopped. */
export function releasingParked(store: InstallationStore, database: Database): InstallationStore {
  return {
    ...store,
    async replace(installation, unchangedSince) {
      const replaced = await store.replace(installation, unchangedSince);
      if (!replaced) return replaced;
      await releaseParked(database, installation.id);
      for (const topic of ['lanes', 'listeners'] as const) database.notices.send(topic);
      return replaced;
    },
  };
}
