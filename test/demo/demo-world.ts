import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startIadvizeRest } from '../simulators/iadvize-rest-simulator.ts';
import { createSender } from '../simulators/iadvize-sender.ts';
import { startThulium } from '../simulators/thulium-simulator.ts';
import { startXm } from '../simulators/xm-simulator.ts';
import { startServiceProcess } from '../support/service-process.ts';
import { WEBSITE } from './conversations.ts';

const secret = (): string => randomBytes(24).toString('hex');

/** Everything of the demo: the outside systems, and the service in a process of its own on a temporary database. */
export async function startDemoWorld() {
  const dataDir = await fs.mkdtemp(path.join(os.tmpdir(), 'connector-demo-'));
  const restApiKey = secret();
  const thuliumLogin = { apiUser: 'connector', apiPassword: secret() };
  const captcha = { captchaId: 'agreed-with-the-vendor', captcha: secret() };
  const rest = await startIadvizeRest({ apiKeys: [restApiKey] });
  const thulium = await startThulium(thuliumLogin);
  const xm = await startXm({ captchas: { [captcha.captchaId]: captcha.captcha } });
  const environment = {
    IADVIZE_SECRET_TOKENS: secret(),
    ENCRYPTION_KEYS: `demo:${randomBytes(32).toString('base64')}`,
    ADMIN_TOKEN: secret(),
    DATA_DIR: dataDir,
    IADVIZE_REST_URL_HA: rest.url,
  };
  const service = await startServiceProcess(environment);
  const sender = createSender({
    targetUrl: `${service.url}/iadvize/webhooks`,
    secret: environment.IADVIZE_SECRET_TOKENS,
    retryDelaysMs: [1_000, 2_000],
  });

  // Waits that are seconds in production, so that the demo's outage fits into it.
  const quick = { settleMs: 400, retryBaseMs: 200, retryMaxMs: 1_000 };
  return {
    rest,
    thulium,
    xm,
    service,
    sender,
    environment,
    installation: {
      platform: 'ha',
      websiteId: WEBSITE,
      label: 'Shop PL',
      locale: 'pl-PL',
      currency: 'PLN',
      timeZone: 'Europe/Warsaw',
      lateStartSeconds: 5,
      iadvize: { restApiKey },
      destinations: [
        {
          id: 'thulium-main',
          type: 'thulium',
          role: 'primary',
          settings: { baseUrl: thulium.url, ...thuliumLogin, chatQueueId: 3, textLimit: 250, ...quick },
        },
        {
          id: 'xm-watch',
          type: 'xm',
          role: 'watcher',
          settings: { baseUrl: xm.url, departmentId: 1, captcha: { strategy: 'fixed', ...captcha }, ...quick },
        },
      ],
    },
    async stop() {
      await service.end('SIGTERM');
      sender.close();
      await Promise.all([rest.close(), thulium.close(), xm.close()]);
      await fs.rm(dataDir, { recursive: true, force: true });
    },
  };
}

export type DemoWorld = Awaited<ReturnType<typeof startDemoWorld>>;
