import type { Ledger } from './ledger.ts';
import { localTime } from './local-time.ts';
import { THULIUM_TIME_ZONE } from './thulium-chats.ts';

const ACTIONS = ['CHAT_CONVERSATION_CREATED', 'CHAT_AGENT_ASSIGNED', 'CHAT_CONVERSATION_CLOSED', 'CUSTOMER_CREATED'];

export interface ThuliumWebhook {
  id: number;
  actions: string[];
  subscription_url: string;
  http_auth_user: string;
  http_auth_password: string;
}

/** One call to a subscriber, as it was answered; `status` is null when nobody answered. */
export interface WebhookDelivery {
  action: string;
  url: string;
  status: number | null;
}

/** Webhooks and their delivery (contract 2.7). Each event is delivered once to each subscription, whatever comes of it. */
export function createThuliumWebhooks(deliveries: Ledger<WebhookDelivery>) {
  const webhooks: ThuliumWebhook[] = [];
  const underWay = new Set<Promise<void>>();

  async function deliver(webhook: ThuliumWebhook, fields: Record<string, string | number>): Promise<void> {
    const { http_auth_user: user, http_auth_password: password, subscription_url: url } = webhook;
    const asForm = store.encoding === 'form';
    const form = new URLSearchParams();
    for (const [name, value] of Object.entries(fields)) form.set(name, String(value));
    const headers = {
      ...(user !== '' && { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }),
      'Content-Type': asForm ? 'application/x-www-form-urlencoded' : 'application/json',
    };
    const body = asForm ? form.toString() : JSON.stringify(fields);
    const status = await fetch(url, { method: 'POST', headers, body }).then(
      async (response) => {
        await response.arrayBuffer();
        return response.status;
      },
      () => null,
    );
    deliveries.append({ action: String(fields['action']), url, status });
  }

  const store = {
    /** Nobody documents which it is. */
    encoding: 'json' as 'json' | 'form',
    list: (): ThuliumWebhook[] => webhooks.map((webhook) => ({ ...webhook })),
    /** The text of what is wrong, or the webhook. */
    create(wanted: Record<string, unknown> | undefined): ThuliumWebhook | string {
      const {
        actions,
        subscription_url: url,
        http_auth_user: user = '',
        http_auth_password: password = '',
      } = wanted ?? {};
      const known =
        Array.isArray(actions) && actions.length > 0 && actions.every((one) => ACTIONS.includes(String(one)));
      if (!known) return 'actions are required and must be known.';
      if (typeof url !== 'string' || !/^https?:\/\//.test(url)) return 'subscription_url must be an address.';
      if (typeof user !== 'string' || typeof password !== 'string') return 'Credentials must be text.';
      const webhook = {
        ...{ id: webhooks.length + 1, actions: actions.map(String), subscription_url: url },
        ...{ http_auth_user: user, http_auth_password: password },
      };
      webhooks.push(webhook);
      return webhook;
    },
    /** Calls whoever asked for this event. */
    tell(action: string, about: Record<string, string | number>): void {
      const fields = { action, ...about, date: localTime(new Date(), THULIUM_TIME_ZONE).slice(0, 19) };
      for (const webhook of webhooks.filter(({ actions }) => actions.includes(action))) {
        const delivery = deliver(webhook, fields);
        underWay.add(delivery);
        void delivery.finally(() => underWay.delete(delivery));
      }
    },
    async settled(): Promise<void> {
      await Promise.all(underWay);
    },
  };
  return store;
}

export type ThuliumWebhooks = ReturnType<typeof createThuliumWebhooks>;
