import type { ShownConversation } from '../../src/admin/conversation-schemas.ts';
import { conversationClosed, conversationStarted } from '../simulators/iadvize-events.ts';
import { createSender } from '../simulators/iadvize-sender.ts';
import { startToy } from '../simulators/toy-simulator.ts';
import { eventually } from './eventually.ts';
import { SECRET } from './test-environment.ts';
import { startTestService, type TestServiceOptions } from './test-service.ts';
import { TOY_TYPES } from './toy-destination.ts';

/** What the admin API answers: times are texts there. */
export type SeenConversation = Omit<ShownConversation, 'timeline'> & { timeline: { kind: string; at: string }[] };

/** Waits that are seconds in production. */
export const QUICK_LISTENING = {
  ...{ settleMs: 20, retryBaseMs: 20, retryMaxMs: 60, sendTimeoutMs: 1_500 },
  ...{ listenRetryBaseMs: 20, listenRetryMaxMs: 80, listenRefusedMs: 60_000 },
};

/** A destination of the toy's. `type`: `toy` reads each chat by a long poll, `toy-list` all of them from one list. */
export const toyDestination = (baseUrl: string, type: 'toy' | 'toy-list' = 'toy', settings: object = {}) => ({
  id: type,
  type,
  role: 'primary',
  settings: { baseUrl, ...QUICK_LISTENING, ...settings },
});

/** The events of a conversation of website 1 unless told. */
export function talk(conversationId: number, websiteId = 1) {
  const visitorId = conversationId.toString(16).padStart(45, 'b');
  const ids = { platform: 'ha', websiteId, conversationId, visitorId };
  return {
    id: `ha-${websiteId}:${conversationId}`,
    visitorId,
    started: conversationStarted(ids),
    closed: conversationClosed(ids),
  };
}

/** The toy as a server of its own, and the whole service before it. */
export async function startListeningWorld(environment: NodeJS.ProcessEnv = {}, options: TestServiceOptions = {}) {
  const toy = await startToy();
  const service = await startTestService(environment, { types: TOY_TYPES, ...options });
  const sender = createSender({
    targetUrl: `${service.url}/iadvize/webhooks`,
    secret: SECRET,
    retryDelaysMs: [20, 40],
  });

  async function seen(conversation: string): Promise<SeenConversation> {
    const answer = await service.admin<SeenConversation>('GET', `/conversations/${encodeURIComponent(conversation)}`);
    if (answer.status !== 200) throw new Error(`${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  return {
    toy,
    service,
    sender,
    seen,
    async install(websiteId: number, destinations: object[], settings: object = {}) {
      const body = { platform: 'ha', websiteId, label: `Shop ${websiteId}`, destinations, ...settings };
      const answer = await service.admin('POST', '/installations', body);
      if (answer.status !== 201) throw new Error(`installing failed: ${JSON.stringify(answer.body)}`);
    },
    /** Starts a conversation and resolves with its chat once somebody listens to it. */
    async start(conversationId: number, websiteId = 1): Promise<string> {
      const { id, started } = talk(conversationId, websiteId);
      await sender.send(started);
      const chat = await toy.chatOf(id);
      const listening = (): boolean =>
        ['poll', 'list', 'history'].some((kind) => toy.asked(chat, kind as 'poll').length > 0);
      await eventually(listening, Boolean);
      return chat;
    },
    /** The first destination of a conversation, once it is as told. */
    destination: (conversation: string, isEnough: (seen: SeenDestination) => boolean) =>
      eventually(
        async () => (await seen(conversation)).destinations[0]!,
        (one) => isEnough(one),
      ),
    async stop() {
      await service.stop();
      sender.close();
      await toy.close();
    },
  };
}

export type ListeningWorld = Awaited<ReturnType<typeof startListeningWorld>>;
export type SeenDestination = SeenConversation['destinations'][number];

/** What remote agents wrote there, as the timeline shows it. */
export const remoteTexts = ({ remoteChat }: SeenDestination): string[] =>
  (remoteChat?.shows ?? []).filter(({ from }) => from === 'remote').map(({ text }) => text);
