import { call, type CallAnswer } from './http-call.ts';
import type { XmMessage } from './xm-rooms.ts';
import type { XmSimulator } from './xm-simulator.ts';
import type { XmSyncAnswer } from './xm-sync.ts';
import type { XmTokenPair } from './xm-tokens.ts';

export const XM_GUEST_FORM = {
  name: 'Ana Ruiz',
  email: 'ana@example.org',
  departmentId: 1,
  message: 'Hello',
  sourceUrl: 'https://shop.example/p/1',
};

export interface XmGuestSession extends XmTokenPair {
  userId: string;
  chatId: string;
}

export interface XmGuestClient extends XmGuestSession {
  send: (message: string) => Promise<CallAnswer<{ chatId: string; messageId: string; details: string }>>;
  history: (offset?: number) => Promise<CallAnswer<{ messages: XmMessage[]; details: string }>>;
  sync: (query?: string, signal?: AbortSignal) => Promise<CallAnswer<XmSyncAnswer & { details: string }>>;
  leave: () => Promise<CallAnswer<{ details: string }>>;
}

/** `POST /xm/guests` with a captcha. */
export function openXmRoom(xm: XmSimulator, captchaId: string, captcha: string, body: Record<string, unknown>) {
  const query = new URLSearchParams({ captchaId, captcha }).toString();
  return call<XmGuestSession & { details: string }>(`${xm.url}/guests?${query}`, { method: 'POST', body });
}

/** A test's visitor in a room of its own, behind the fixed captcha `fixed` / `agreed`. */
export async function enterXm(xm: XmSimulator): Promise<XmGuestClient> {
  const { json: session } = await openXmRoom(xm, 'fixed', 'agreed', XM_GUEST_FORM);
  const chat = `${xm.url}/api/chats/${session.chatId}`;
  const headers = { Authorization: `Bearer ${session.access_token}` };
  return {
    ...session,
    send: (message) => call(`${chat}/messages`, { method: 'POST', headers, body: { message, internal: false } }),
    history: (offset = 0) => call(`${chat}/messages?offset=${offset}`, { headers }),
    sync: (query = 'timeout=0', signal) =>
      call(`${xm.url}/api/sync?chatId=${session.chatId}&onBackground=false&${query}`, {
        headers,
        ...(signal && { signal }),
      }),
    leave: () => call(`${chat}/leave`, { method: 'DELETE', headers }),
  };
}
