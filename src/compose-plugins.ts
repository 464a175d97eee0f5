import { enqueueNote } from './bridge/enqueue-note.ts';
import { closingFormRoutes } from './closing-form/closing-form-routes.ts';
import { describeAnswers } from './closing-form/describe-answers.ts';
import type { ConversationSource } from './bridge/conversation-source.ts';
import type { Config } from './config.ts';
import { iadvizeAccess } from './compose-bridge.ts';
import type { DestinationDependencies, DestinationType } from './destinations/contract.ts';
import { DestinationFailure } from './destinations/destination-failure.ts';
import { type ClosingAnswersDependencies, createClosingAnswers } from './iadvize/closing-answers.ts';
import { createVisitorLookup, type VisitorLookup } from './iadvize/visitor-lookup.ts';
import { createConnectorVersionStore } from './installations/connector-version-store.ts';
import type { Installations } from './installations/installations.ts';
import { planningInstallations } from './installations/planning-queries.ts';
import { createTenantFinder } from './installations/plugin-tenant.ts';
import type { HttpClient } from './outgoing/http-client.ts';
import type { Database } from './persistence/database.ts';
import { createActionStore } from './profile/action-store.ts';
import { createAgentLanguages } from './profile/agent-languages.ts';
import { createCustomerListStore } from './profile/customer-list-store.ts';
import { createHistoryStore } from './profile/history-store.ts';
import { profileRoutes } from './profile/profile-routes.ts';
import type { ProfileSources } from './profile/profile-sources.ts';

/** What an agent waits for at most, in ms: what is later is left out of the profile. */
const PROFILE_BUDGET_MS = 1_500;
/** A right that is missing is not asked for again this long, in ms. */
const NO_RIGHT_MS = 5 * 60_000;

export interface PluginParts {
  config: Config;
  database: Database;
  installations: Installations;
  /** For iAdvize's own addresses. */
  trustedHttp: HttpClient;
  /** For addresses that installations name. */
  guardedHttp: HttpClient;
  types: readonly DestinationType[];
  /** There is a note to be carried. */
  onNote: () => void;
  profileBudgetMs?: number;
}

/** The visitor profile and the closing form. To be mounted behind the signature check. */
export function agentRouters(parts: PluginParts) {
  const { config, database, installations, trustedHttp, onNote } = parts;
  const versions = createConnectorVersionStore(database);
  const findTenant = createTenantFinder(installations, config.DEFAULT_PLATFORM, versions.learn);
  const lookup = createVisitorLookup({
    database,
    http: trustedHttp,
    restUrls: { sd: config.IADVIZE_REST_URL_SD, ha: config.IADVIZE_REST_URL_HA },
    accessOf: iadvizeAccess(installations),
  });
  const profile = profileRoutes(findTenant, createAgentLanguages(), {
    sources: profileSources(parts, lookup),
    actions: createActionStore(database, async (sql, { key, text, ...lane }) => {
      const expiresInMs = await planningInstallations.ageLimitMs(sql, lane.installationId);
      return enqueueNote(sql, lane, { key, text, expiresInMs });
    }),
    conversationUuid: (installationId, number) => lookup.conversationUuid(installationId, number),
    onNote,
    budgetMs: parts.profileBudgetMs ?? PROFILE_BUDGET_MS,
  });
  return [profile, closingFormRoutes(findTenant)];
}

function profileSources(
  { database, installations, types, guardedHttp }: PluginParts,
  lookup: VisitorLookup,
): ProfileSources {
  return {
    async visitors(installationId, keys) {
      const answer = await lookup.visitors(installationId, keys);
      return 'unreadable' in answer ? 'no-access' : answer;
    },
    agentName: (installationId, operatorId) => lookup.operatorName(installationId, operatorId),
    customers: createCustomerListStore(database),
    history: createHistoryStore(database),
    systems: customerSystems(installations, types, { http: guardedHttp, now: () => new Date() }),
  };
}

/** The customer bases of an installation's destinations. One that this service has no right to read is left alone a while. */
export function customerSystems(
  installations: Pick<Installations, 'find'>,
  types: readonly DestinationType[],
  dependencies: DestinationDependencies,
): ProfileSources['systems'] {
  const withoutRight = new Map<string, number>();
  return async (installationId) => {
    const installation = await installations.find(installationId);
    return (installation?.settings.destinations ?? []).flatMap(({ id: destinationId, type: name, settings }) => {
      const type = types.find((one) => one.type === name);
      const key = `${installationId}/${destinationId}`;
      if (!type || (withoutRight.get(key) ?? 0) > dependencies.now().getTime()) return [];
      const { destination } = type.open(settings, dependencies);
      if (!destination.findCustomers) return [];
      const find: Awaited<ReturnType<ProfileSources['systems']>>[number]['find'] = async (keys) => {
        try {
          return { destinationId, title: type.title, customers: (await destination.findCustomers?.(keys)) ?? [] };
        } catch (error) {
          if (!(error instanceof DestinationFailure && error.code === 'permission-missing')) throw error;
          withoutRight.set(key, dependencies.now().getTime() + NO_RIGHT_MS);
          return { destinationId, title: type.title, customers: [] };
        }
      };
      return [{ destinationId, find }];
    });
  };
}

/** The closing form's answers as the bridge asks for them. */
export function closingAnswers(
  installations: Pick<Installations, 'find'>,
  dependencies: ClosingAnswersDependencies,
): ConversationSource['closingAnswers'] {
  const read = createClosingAnswers(dependencies);
  return async (conversation) => {
    const installation = await installations.find(conversation.installationId);
    if (!installation?.settings.closingForm) return { unreadable: 'no-matching-id' };
    const answer = await read(conversation);
    return 'values' in answer ? describeAnswers(installation.settings, answer.values) : answer;
  };
}
