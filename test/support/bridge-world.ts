import { conversationClosed, conversationStarted } from '../simulators/iadvize-events.ts';
import type { HistoryEntry } from '../simulators/iadvize-rest-fixtures.ts';
import { startIadvizeRest } from '../simulators/iadvize-rest-simulator.ts';
import { createSender } from '../simulators/iadvize-sender.ts';
import { startServicepattern } from '../simulators/servicepattern-simulator.ts';
import { startThulium } from '../simulators/thulium-simulator.ts';
import { startXm } from '../simulators/xm-simulator.ts';
import { SECRET } from './test-environment.ts';
import { startTestService } from './test-service.ts';

export const REST_KEY = 'canary-rest-key-of-shop';
export const THULIUM_LOGIN = { apiUser: 'api_user', apiPassword: 'canary-api-pass' };
export const SERVICEPATTERN = { tenantUrl: 'acme.brightpattern.com', appId: 'app-canary' };
export const CAPTCHA = { captchaId: 'c-agreed', captcha: 'canaryk9fzp' };

/** Waits that are seconds in production, short enough for tests and long enough to be told apart. */
export const QUICK = { settleMs: 60, retryBaseMs: 20, retryMaxMs: 60, sendTimeoutMs: 1_500, breakerIntervalMs: 100 };

/** iAdvize and every chat system as servers of their own, and the whole service between them. */
export async function startBridgeWorld(
  environment: NodeJS.ProcessEnv = {},
  options: Parameters<typeof startTestService>[1] = {},
) {
  const rest = await startIadvizeRest({ apiKeys: [REST_KEY] });
  const thulium = await startThulium(THULIUM_LOGIN);
  const xm = await startXm({ captchas: { [CAPTCHA.captchaId]: CAPTCHA.captcha } });
  const servicepattern = await startServicepattern(SERVICEPATTERN);
  const restUrls = { IADVIZE_REST_URL_HA: rest.url, IADVIZE_REST_URL_SD: rest.url };
  const service = await startTestService({ ...restUrls, ...environment }, options);
  const sender = createSender({
    targetUrl: `${service.url}/iadvize/webhooks`,
    secret: SECRET,
    retryDelaysMs: [20, 40],
  });

  return {
    rest,
    thulium,
    xm,
    servicepattern,
    service,
    sender,
    thuliumDestination: (settings: object = {}) => ({
      id: 'thulium-main',
      type: 'thulium',
      role: 'primary',
      settings: { baseUrl: thulium.url, ...THULIUM_LOGIN, chatQueueId: 3, ...QUICK, ...settings },
    }),
    xmDestination: (settings: object = {}) => ({
      id: 'xm-watch',
      type: 'xm',
      role: 'watcher',
      settings: { baseUrl: xm.url, departmentId: 1, captcha: { strategy: 'fixed', ...CAPTCHA }, ...QUICK, ...settings },
    }),
    servicepatternDestination: (settings: object = {}) => ({
      id: 'sp-watch',
      type: 'servicepattern',
      role: 'watcher',
      settings: { baseUrl: servicepattern.url, ...SERVICEPATTERN, ...QUICK, ...settings },
    }),
    async install(websiteId: number, destinations: object[], settings: object = {}) {
      const iadvize = { restApiKey: REST_KEY };
      const body = { platform: 'ha', websiteId, label: `Shop ${websiteId}`, iadvize, destinations, ...settings };
      const answer = await service.admin<{ id: string }>('POST', '/installations', body);
      if (answer.status !== 201) throw new Error(`installing failed: ${JSON.stringify(answer.body)}`);
      return answer.body;
    },
    /** Deliveries of one conversation as the operator sees them, in lane order. */
    async deliveries(conversation: string) {
      const query = `/deliveries?limit=200&conversation=${encodeURIComponent(conversation)}`;
      const { body } = await service.admin<{ items: SeenDelivery[] }>('GET', query);
      return body.items.sort((a, b) => a.position - b.position || a.part - b.part);
    },
    async stop() {
      await service.stop();
      sender.close();
      await Promise.all([rest.close(), thulium.close(), xm.close(), servicepattern.close()]);
    },
  };
}

export type BridgeWorld = Awaited<ReturnType<typeof startBridgeWorld>>;

export interface SeenDelivery {
  id: string;
  repeatOf: string | null;
  replayedAt: string | null;
  expiresAt: string | null;
  status: string;
  reason: string | null;
  kind: string;
  destination: string;
  position: number;
  part: number;
  attempts: number;
  lastAttempt: { code: string | null; httpStatus: number | null; upstreamRequestId: string | null } | null;
}

/** A conversation of 2017's dialect with ids of its own, readable over REST. */
export function conversationOf(websiteId: number, conversationId: number) {
  const visitorId = conversationId.toString(16).padStart(45, 'a');
  const ids = { platform: 'ha', websiteId, conversationId, visitorId, operatorId: 9 };
  return {
    id: `ha-${websiteId}:${conversationId}`,
    conversationId,
    visitorId,
    started: (overrides: object = {}) => conversationStarted({ ...ids, ...overrides }),
    closed: (overrides: object = {}) => conversationClosed({ ...ids, ...overrides }),
    /** Makes its visitor and its history known to iAdvize. */
    readable(world: BridgeWorld, history: HistoryEntry[], visitor: object = {}) {
      const person = { firstname: 'Ana', lastname: 'Ruiz', email: `ana${conversationId}@example.org` };
      world.rest.setVisitor({ id: conversationId, unique_id: visitorId, ...person, ...visitor });
      world.rest.setConversation({ id: conversationId, history, operator_id: 9 });
    },
  };
}
