import type { CallbackCredentials } from '../callbacks.ts';
import { DestinationFailure } from '../destination-failure.ts';
import { fine, type Finding } from '../finding.ts';
import { isSuccess, jsonOf } from '../remote-call.ts';
import { HINT_ACTIONS } from './callback-hints.ts';
import { type ThuliumCaller, thuliumFailure } from './caller.ts';
import { judgeRefusal } from './judge-refusal.ts';
import { type ThuliumWebhook, webhookListSchema } from './wire.ts';

/**
 * Makes Thulium call `url` (contract 2.7). There is no call that changes or removes a webhook, so an equal one is used
 * again and another one is added beside those there are.
 */
export async function registerWebhook(
  call: ThuliumCaller,
  url: string,
  credentials: CallbackCredentials,
): Promise<Finding[]> {
  try {
    const listed = await listWebhooks(call);
    if (listed.some((one) => isEqual(one, url, credentials))) {
      return [fine('works', `Thulium calls ${url} already; nothing was changed.`)];
    }
    await createWebhook(call, url, credentials);
    const made = fine('works', `Thulium calls ${url} from now on.`);
    const stale = listed.some((one) => one.subscription_url === url);
    return stale ? [made, fine('works', STALE)] : [made];
  } catch (error) {
    if (error instanceof DestinationFailure) return [judgeRefusal(error, 'webhooks')];
    throw error;
  }
}

const STALE =
  'An older webhook calls the same address with other credentials or actions. Remove it in Administration → Advanced → Webhooks.';

async function listWebhooks(call: ThuliumCaller): Promise<ThuliumWebhook[]> {
  const response = await call({ method: 'GET', path: 'webhooks', effect: 'reads' });
  if (!isSuccess(response)) throw thuliumFailure(response, 'reads');
  const list = webhookListSchema.safeParse(jsonOf(response));
  // Without knowing what is there, each request would leave one more that nobody can remove over the API.
  if (!list.success) throw new DestinationFailure('notSent', 'bad-answer', { httpStatus: response.status });
  return list.data;
}

async function createWebhook(call: ThuliumCaller, url: string, credentials: CallbackCredentials): Promise<void> {
  const json = {
    actions: HINT_ACTIONS,
    subscription_url: url,
    http_auth_user: credentials.user,
    http_auth_password: credentials.password,
  };
  try {
    const response = await call({ method: 'POST', path: 'webhooks', effect: 'writes', json });
    if (!isSuccess(response)) throw thuliumFailure(response, 'writes');
  } catch (error) {
    if (!(error instanceof DestinationFailure) || error.kind !== 'unknown') throw error;
    const listed = await listWebhooks(call);
    if (!listed.some((one) => isEqual(one, url, credentials))) throw error;
  }
}

/** A list that keeps the password to itself cannot be asked for it. */
function isEqual(webhook: ThuliumWebhook, url: string, { user, password }: CallbackCredentials): boolean {
  const { actions, subscription_url: calls, http_auth_user: asUser, http_auth_password: withPassword } = webhook;
  const sameActions = HINT_ACTIONS.every((action) => actions.includes(action));
  return sameActions && calls === url && asUser === user && (withPassword ?? password) === password;
}
