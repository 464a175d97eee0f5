import { conversationClosed, conversationStarted, history } from '../simulators/iadvize-events.ts';
import { startIadvizeRest } from '../simulators/iadvize-rest-simulator.ts';
import { startServicepattern } from '../simulators/servicepattern-simulator.ts';
import { startThulium } from '../simulators/thulium-simulator.ts';
import { startXm } from '../simulators/xm-simulator.ts';
import { CAPTCHA, QUICK, REST_KEY, SERVICEPATTERN, THULIUM_LOGIN } from './bridge-world.ts';

/** What one agent of a chat system sees: one list per chat that was started for the visitor, in its order. */
export type SeenChats = string[][];

/** Ends every text of a visitor: what stands in no log may stand in none for being one short word. */
const MARK = ' (canary)';
/** What an agent sees, without the mark. What lost it is another text. */
export function seenText(text: string): string {
  if (text.startsWith('[iAdvize]')) return text;
  return text.endsWith(MARK) ? text.slice(0, -MARK.length) : `${text} (not as it was written)`;
}

/**
 * iAdvize and three chat systems as servers of their own, with what their people have seen. The service is not in it.
 * `settings`: of all chat systems.
 */
export async function startChatStage(settings: object = {}) {
  const rest = await startIadvizeRest({ apiKeys: [REST_KEY] });
  const thulium = await startThulium(THULIUM_LOGIN);
  const xm = await startXm({ captchas: { [CAPTCHA.captchaId]: CAPTCHA.captcha } });
  const servicepattern = await startServicepattern(SERVICEPATTERN);
  const systems = {
    thulium: {
      type: 'thulium',
      settings: { baseUrl: thulium.url, ...THULIUM_LOGIN, chatQueueId: 3, ...QUICK, ...settings },
    },
    xm: {
      type: 'xm',
      settings: { baseUrl: xm.url, departmentId: 1, captcha: { strategy: 'fixed', ...CAPTCHA }, ...QUICK, ...settings },
    },
    servicepattern: {
      type: 'servicepattern',
      settings: { baseUrl: servicepattern.url, ...SERVICEPATTERN, ...QUICK, ...settings },
    },
  };

  return {
    rest,
    thulium,
    xm,
    servicepattern,
    environment: { IADVIZE_REST_URL_HA: rest.url },
    /** What the operator posts to connect a website with these chat systems. */
    installation(websiteId: number, names: (keyof typeof systems)[], settings: object = {}): object {
      const destinations = names.map((name) => ({ id: name, ...systems[name] }));
      const iadvize = { restApiKey: REST_KEY };
      return { platform: 'ha', websiteId, label: 'Shop', iadvize, destinations, ...settings };
    },
    /** Makes a conversation with these texts of its visitor readable; what iAdvize tells about it. */
    conversation(websiteId: number, conversationId: number, texts: string[]): { started: object; closed: object } {
      const visitorId = conversationId.toString(16).padStart(45, '0');
      const ids = { platform: 'ha', websiteId, conversationId, visitorId };
      rest.setVisitor({ id: conversationId, unique_id: visitorId, firstname: 'Ana', email: emailOf(conversationId) });
      const lines = texts.map((text) => ({ from: 'visitor' as const, text: `${text}${MARK}` }));
      rest.setConversation({ id: conversationId, history: history(lines) });
      return { started: conversationStarted(ids), closed: conversationClosed(ids) };
    },
    seenInThulium(conversationId: number): SeenChats {
      const entries = thulium.ledger.entries();
      const starts = entries.flatMap((entry) =>
        entry.kind === 'start' && entry.client_email === emailOf(conversationId) ? [entry.conversationId] : [],
      );
      return starts.map((id) =>
        entries.flatMap((entry) => {
          if (entry.conversationId !== id || entry.kind === 'start') return [];
          return [entry.kind === 'message' ? seenText(entry.text) : '(end)'];
        }),
      );
    },
    seenInXm(conversationId: number): SeenChats {
      const entries = xm.ledger.entries();
      const guests = entries.flatMap((entry) =>
        entry.kind === 'guest' && entry.email === emailOf(conversationId) ? [entry] : [],
      );
      return guests.map(({ chatId, message }) => [
        message,
        ...entries.flatMap((entry) => {
          if (entry.chatId !== chatId || entry.kind === 'guest') return [];
          return [entry.kind === 'message' ? seenText(entry.text) : '(end)'];
        }),
      ]);
    },
    seenInServicepattern(conversationId: number): SeenChats {
      const entries = servicepattern.ledger.entries();
      const chats = entries.flatMap((entry) =>
        entry.kind === 'chat' && emailIn(entry.request) === emailOf(conversationId) ? [entry.chatId] : [],
      );
      return chats.map((id) =>
        entries.flatMap((entry) => {
          if (!('chatId' in entry) || entry.chatId !== id) return [];
          if (entry.kind === 'message') return [seenText(entry.text)];
          return entry.kind === 'end' ? ['(end)'] : [];
        }),
      );
    },
    async close(): Promise<void> {
      await Promise.all([rest, thulium, xm, servicepattern].map((system) => system.close()));
    },
  };
}

export type ChatStage = Awaited<ReturnType<typeof startChatStage>>;

const emailIn = ({ parameters }: { parameters?: unknown }): unknown => (parameters as { email?: unknown }).email;
const emailOf = (conversationId: number): string => `visitor${conversationId}@example.org`;
