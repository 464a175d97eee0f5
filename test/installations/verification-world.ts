import { createFaults } from '../simulators/faults.ts';
import { startIadvizeGraphql } from '../simulators/iadvize-graphql-simulator.ts';
import { signBody, signQuery } from '../simulators/iadvize-signature.ts';
import { createLedger } from '../simulators/ledger.ts';
import { type RequestEntry, startSimulator } from '../simulators/simulator-server.ts';
import { CAPTCHA, REST_KEY, SERVICEPATTERN, startBridgeWorld, THULIUM_LOGIN } from '../support/bridge-world.ts';
import { SECRET } from '../support/test-environment.ts';

export const GRAPHQL_LOGIN = { username: 'client', password: 'graphql-pass' };

export const FEED = '<?xml version="1.0"?>\n<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel>';

export type Values = Record<string, string | boolean>;

/** Verdicts of both shapes; a test reads the members of the one it asked for. */
export interface Verdict {
  isValid?: boolean;
  message?: string;
  fields?: { id: string; message: string }[];
  isStepValid?: boolean;
  errors?: { code: string; description: string; parameterKey: string }[];
}

/** The bridge's world with a web shop that serves a feed. */
export async function startVerificationWorld() {
  const graphql = await startIadvizeGraphql(GRAPHQL_LOGIN);
  const bridge = await startBridgeWorld(graphql.environment);
  const faults = createFaults();
  const shopRequests = createLedger<RequestEntry>();
  const shop = await startSimulator({
    name: 'shop',
    faults,
    onRequest: shopRequests.append,
    handle: ({ path }) => (path === '/feed.xml' ? { status: 200, body: FEED } : { status: 404 }),
  });
  const caller = createVerificationCaller(bridge.service.url);
  return {
    ...bridge,
    ...caller,
    graphql,
    shop: { url: `${shop.url}/feed.xml`, faults, requests: shopRequests },
    /** Good values of every field of both steps. */
    good: {
      authentication: {
        thulium_system: bridge.thulium.url,
        thulium_api_user: THULIUM_LOGIN.apiUser,
        thulium_api_password: THULIUM_LOGIN.apiPassword,
        xm_base_url: bridge.xm.url,
        xm_captcha_id: CAPTCHA.captchaId,
        xm_captcha: CAPTCHA.captcha,
        servicepattern_base_url: bridge.servicepattern.url,
        servicepattern_tenant_url: SERVICEPATTERN.tenantUrl,
        servicepattern_app_id: SERVICEPATTERN.appId,
        iadvize_api_key: REST_KEY,
      },
      settings: {
        thulium_chat_queue_id: '3',
        xm_department_id: '2',
        catalogue_url: `${shop.url}/feed.xml`,
        currency: 'EUR',
        locale: 'fr-FR',
      },
    },
    /** Creates an installation that iAdvize knows, with nothing configured unless told; gives its id and key. */
    async newInstallation(websiteId: number, settings: object = {}) {
      bridge.rest.setWebsite({ id: websiteId });
      const body = { platform: 'ha', websiteId, label: `Shop ${websiteId}`, ...settings };
      const answer = await bridge.service.admin<{ id: string; installationKey: string }>(
        'POST',
        '/installations',
        body,
      );
      return { id: answer.body.id, key: answer.body.installationKey };
    },
    async stop() {
      await bridge.stop();
      await Promise.all([graphql.close(), shop.close()]);
    },
  };
}

export type VerificationWorld = Awaited<ReturnType<typeof startVerificationWorld>>;

/** Signed calls as the marketplace makes them. */
export function createVerificationCaller(serviceUrl: string) {
  async function post(step: 'authentication' | 'settings', bytes: string, headers: Record<string, string> = {}) {
    const response = await fetch(`${serviceUrl}/iadvize/verify/${step}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-iadvize-signature': signBody(SECRET, bytes),
        ...headers,
      },
      body: bytes,
    });
    return { status: response.status, body: JSON.parse(await response.text()) as Verdict };
  }

  const verify = (step: 'authentication' | 'settings', values: Values) =>
    post(step, JSON.stringify(Object.entries(values).map(([key, value]) => ({ key, value }))));

  return {
    post,
    /** In the shape of 2018. */
    verify,
    /** The ids of the fields that a step is refused for, each once. */
    async faultyFields(step: 'authentication' | 'settings', values: Values) {
      const { body } = await verify(step, values);
      return [...new Set(body.errors?.map(({ parameterKey }) => parameterKey))];
    },
    async options(parameter: string, query: string) {
      const headers = { 'x-iadvize-signature': signQuery(SECRET, query) };
      const response = await fetch(`${serviceUrl}/iadvize/parameters/${parameter}/options?${query}`, { headers });
      return { status: response.status, body: (await response.json()) as { label: string; value: string }[] };
    },
  };
}
