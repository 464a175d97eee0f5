import { conversationStarted } from '../simulators/iadvize-events.ts';
import { signBody } from '../simulators/iadvize-signature.ts';
import { REST_KEY, THULIUM_LOGIN } from '../support/bridge-world.ts';
import { SECRET, TEST_ENVIRONMENT } from '../support/test-environment.ts';
import type { BenchProcess } from './bench-process.ts';
import { requestBytes } from './http-load.ts';

/** The signed start of a conversation that nobody heard of before: two writes into the chat system. */
export function conversationRequest(website: number, number: number): Buffer {
  const visitorId = number.toString(16).padStart(45, 'b');
  const body = JSON.stringify(
    conversationStarted({ platform: 'ha', websiteId: website, conversationId: number, visitorId }),
  );
  const headers = { 'Content-Type': 'application/json', 'X-iAdvize-Signature': signBody(SECRET, body) };
  return requestBytes('POST', '/iadvize/webhooks', headers, body);
}

/** An installation with one Thulium, or with nothing to carry its conversations to. */
export async function installShop(service: BenchProcess, website: number, thulium?: string): Promise<void> {
  const settings = { baseUrl: thulium, ...THULIUM_LOGIN, chatQueueId: 3, pollIntervalMs: 3_000 };
  const destination = { id: 'thulium-main', type: 'thulium', role: 'primary', settings };
  const response = await fetch(`${service.url}/admin/api/installations`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TEST_ENVIRONMENT['ADMIN_TOKEN']}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      platform: 'ha',
      websiteId: website,
      label: `Shop ${website}`,
      iadvize: { restApiKey: REST_KEY },
      destinations: thulium === undefined ? [] : [destination],
    }),
  });
  if (response.status !== 201) throw new Error(`installing failed: ${await response.text()}`);
}
