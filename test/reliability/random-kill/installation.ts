import { CAPTCHA, REST_KEY, SERVICEPATTERN, THULIUM_LOGIN } from '../../support/bridge-world.ts';
import type { RemoteProcess } from './remote-process.ts';
import { WEBSITE } from './story.ts';

/** What a message may take to show at most; far above what the chat systems need for it. */
export const SETTLE_MS = 2_000;
export const SEND_TIMEOUT_MS = 5_000;

/** Seconds in production. */
const QUICK = {
  ...{ settleMs: SETTLE_MS, sendTimeoutMs: SEND_TIMEOUT_MS, retryBaseMs: 50, retryMaxMs: 1_000 },
  ...{ listenRetryBaseMs: 50, listenRetryMaxMs: 1_000, breakerIntervalMs: 500 },
};
/** A close waits for its start a little longer than the sender tries, as in production. */
const LATE_START_MARGIN_MS = 2_000;

/** Three chat systems, each with the policies that hold unless told otherwise. `holds`: what is in doubt waits for a person. */
export function installationOf(
  { thulium, xm, servicepattern }: RemoteProcess['urls'],
  retryDelaysMs: readonly number[],
  holds = false,
): object {
  const retriedForMs = retryDelaysMs.reduce((sum, ms) => sum + ms, LATE_START_MARGIN_MS);
  const destinations = [
    {
      ...{ id: 'thulium', type: 'thulium', role: 'primary' },
      settings: { baseUrl: thulium, ...THULIUM_LOGIN, chatQueueId: 3, pollIntervalMs: 1_000, ...QUICK },
    },
    {
      ...{ id: 'xm', type: 'xm', role: 'watcher' },
      settings: {
        ...{ baseUrl: xm, departmentId: 1, captcha: { strategy: 'fixed', ...CAPTCHA } },
        ...{ pollTimeoutMs: 3_000, pollGraceMs: 5_000, errorPauseMs: 50, refreshBeforeMs: 5_000, ...QUICK },
      },
    },
    {
      ...{ id: 'servicepattern', type: 'servicepattern', role: 'watcher' },
      settings: {
        ...{ baseUrl: servicepattern, ...SERVICEPATTERN, pollTimeoutMs: 8_000, afterAbortMs: 50 },
        ...{ duplicatePollPauseMs: 500, pollRetryBaseMs: 50, pollRetryMaxMs: 500, ...QUICK },
      },
    },
  ];
  const iadvize = { restApiKey: REST_KEY };
  return {
    platform: 'ha',
    websiteId: WEBSITE,
    label: 'Shop',
    iadvize,
    lateStartSeconds: Math.ceil(retriedForMs / 1_000),
    ...(holds && { uncertainPolicy: 'hold' }),
    destinations,
  };
}
