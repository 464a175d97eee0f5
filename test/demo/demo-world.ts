import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startFeedServer } from '../simulators/feed-server.ts';
import { startIadvizeRest } from '../simulators/iadvize-rest-simulator.ts';
import { createSender } from '../simulators/iadvize-sender.ts';
import { startServicepattern } from '../simulators/servicepattern-simulator.ts';
import { startThulium } from '../simulators/thulium-simulator.ts';
import { startXm } from '../simulators/xm-simulator.ts';
import { startServiceProcess } from '../support/service-process.ts';
import { customerNumberOf, KURTKA, WEBSITE } from './conversations.ts';
import { CLOSING_FORM } from './form-scene.ts';
import { freePort } from './free-port.ts';
import { createPluginCalls } from './plugin-calls.ts';
import { sampleFeed } from './sample-feed.ts';
import { sampleProducts } from './sample-shop.ts';

const secret = (): string => randomBytes(24).toString('hex');

/** Waits that are seconds in production, so that the demo's troubles fit into it. */
const QUICK = {
  ...{ settleMs: 400, retryBaseMs: 200, retryMaxMs: 1_000, breakerIntervalMs: 300 },
  ...{ listenRetryBaseMs: 200, listenRetryMaxMs: 1_000 },
};
const POLL_MS = 1_000;

/** Everything of the demo: the outside systems, and the service in a process of its own on a temporary database. */
export async function startDemoWorld() {
  const dataDir = await fs.mkdtemp(path.join(os.tmpdir(), 'connector-demo-'));
  const credentials = {
    restApiKey: secret(),
    thulium: { apiUser: 'connector', apiPassword: secret() },
    servicepattern: { tenantUrl: 'shop.brightpattern.example', appId: secret() },
    captcha: { captchaId: 'agreed-with-the-vendor', captcha: secret() },
  };
  const { captchaId, captcha } = credentials.captcha;
  const rest = await startIadvizeRest({ apiKeys: [credentials.restApiKey] });
  const thulium = await startThulium(credentials.thulium);
  const xm = await startXm({ captchas: { [captchaId]: captcha } });
  const servicepattern = await startServicepattern(credentials.servicepattern);
  servicepattern.switches.holdMs = POLL_MS;
  rest.setWebsite({ id: WEBSITE });
  thulium.addCustomer({
    customer_id: 7,
    name: KURTKA.person.firstname,
    surname: KURTKA.person.lastname,
    email: KURTKA.person.email,
    identifier: customerNumberOf(KURTKA.number),
    group: 'VIP',
  });
  const port = await freePort();
  const environment = {
    PORT: String(port),
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    IADVIZE_SECRET_TOKENS: secret(),
    ENCRYPTION_KEYS: `demo:${randomBytes(32).toString('base64')}`,
    ADMIN_TOKEN: secret(),
    DATA_DIR: dataDir,
    IADVIZE_REST_URL_HA: rest.url,
    IADVIZE_REST_URL_SD: rest.url,
  };
  const starting = startServiceProcess(environment);
  const feed = sampleFeed(sampleProducts());
  const [service, shop] = await Promise.all([starting, startFeedServer(feed.xml)]);
  const sender = createSender({
    targetUrl: `${service.url}/iadvize/webhooks`,
    secret: environment.IADVIZE_SECRET_TOKENS,
    retryDelaysMs: [1_000, 2_000],
  });

  return {
    rest,
    thulium,
    xm,
    servicepattern,
    shop,
    feed,
    service,
    sender,
    plugin: createPluginCalls(service.url, environment.IADVIZE_SECRET_TOKENS),
    environment,
    credentials,
    installationId: `ha-${WEBSITE}`,
    /** What the operator creates it with: what the client's administrator types comes later, over the marketplace. */
    installation: {
      platform: 'ha',
      websiteId: WEBSITE,
      label: 'Shop PL',
      timeZone: 'Europe/Warsaw',
      lateStartSeconds: 5,
      profile: { crmUrlTemplate: 'https://crm.example/klient/{externalId}' },
      consoleFeatures: ['ACTION'],
      closingForm: CLOSING_FORM,
    },
    /** Settings of each destination type that are the operator's. */
    quick: {
      thulium: { ...QUICK, textLimit: 250, pollIntervalMs: 500 },
      xm: { ...QUICK, pollTimeoutMs: POLL_MS, errorPauseMs: 200 },
      servicepattern: { ...QUICK, afterAbortMs: 100, pollRetryBaseMs: 200, pollRetryMaxMs: 1_000 },
    } as Record<string, object>,
    async stop() {
      await service.end('SIGTERM');
      sender.close();
      await Promise.all([rest, thulium, xm, servicepattern, shop].map((one) => one.close()));
      await fs.rm(dataDir, { recursive: true, force: true });
    },
  };
}

export type DemoWorld = Awaited<ReturnType<typeof startDemoWorld>>;
