import type { Ledger } from './ledger.ts';
import { jsonObject, type SimulatorAnswer, type SimulatorRequest } from './simulator-server.ts';
import type { ThuliumChats, ThuliumClient } from './thulium-chats.ts';
import type { ThuliumWebhooks } from './thulium-webhooks.ts';

/** One line per effect in the chat system; a refused or repeated request leaves none. */
export type ThuliumEffect =
  | ({ kind: 'start'; conversationId: string } & ThuliumClient)
  | { kind: 'message'; conversationId: string; text: string }
  | { kind: 'stop'; conversationId: string };

export interface ThuliumQueue {
  id: number;
  name: string;
}

export interface Refusal {
  refused: string;
  status: number;
  code: number;
}

export type Outcome = SimulatorAnswer | Refusal;

export const refusal = (status: number, message: string, code = status): Refusal => ({
  refused: message,
  status,
  code,
});

const CLIENT_FIELDS = ['client_name', 'client_surname', 'client_email', 'client_id', 'customer_id'] as const;
const CHATBOT = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const NOT_FOUND = refusal(404, 'Conversation not found.');

export interface ConversationParts {
  chats: ThuliumChats;
  ledger: Ledger<ThuliumEffect>;
  queues: ThuliumQueue[];
  webhooks: ThuliumWebhooks;
}

/** The three calls that write (contract 2.1 to 2.3). */
export function createConversationCalls({ chats, ledger, queues, webhooks }: ConversationParts) {
  const tell = (action: string, conversationId: string, more: Record<string, string> = {}): void => {
    const chat = chats.get(conversationId);
    if (chat) webhooks.tell(action, { conversation_id: conversationId, chat_queue_id: chat.chat_queue_id, ...more });
  };

  return {
    start({ query }: SimulatorRequest): Outcome {
      const queueId = query.get('chat_queue_id');
      if (!queueId) return refusal(400, 'chat_queue_id is required.', 100001);
      if (!/^\d+$/.test(queueId)) return refusal(400, 'chat_queue_id must be a number.');
      if (!queues.some(({ id }) => id === Number(queueId))) return refusal(422, 'Chat queue not found.');
      const client: ThuliumClient = { chat_queue_id: Number(queueId) };
      for (const field of CLIENT_FIELDS) {
        const value = query.get(field);
        if (value !== null) client[field] = value;
      }
      const conversationId = chats.start(client);
      ledger.append({ kind: 'start', conversationId, ...client });
      const { client_name = '', client_surname = '', client_email = '', chat_queue_id } = client;
      webhooks.tell('CHAT_CONVERSATION_CREATED', {
        ...{ conversation_id: conversationId, chat_queue_id, client_email },
        client_name: `${client_name} ${client_surname}`.trim(),
      });
      return { status: 200, body: { conversation_id: conversationId } };
    },
    message({ body, headers }: SimulatorRequest, conversationId: string): Outcome {
      const json = headers['content-type']?.startsWith('application/json') ? jsonObject(body) : undefined;
      const text = json?.['text'];
      const chatbot = json?.['external_chatbot_id'];
      if (typeof text !== 'string') return refusal(400, 'The body must be JSON with a text.');
      const isChatbot = typeof chatbot === 'string' && CHATBOT.test(chatbot);
      if (chatbot !== undefined && !isChatbot) return refusal(400, 'Chatbot not found.');
      const sentBy = chatbot === undefined ? 'CLIENT' : 'EXTERNAL_CHATBOT';
      if (!chats.clientWrites(conversationId, text, sentBy)) return NOT_FOUND;
      ledger.append({ kind: 'message', conversationId, text });
      return { status: 200 };
    },
    stop(_request: SimulatorRequest, conversationId: string): Outcome {
      if (!chats.close(conversationId)) return NOT_FOUND;
      ledger.append({ kind: 'stop', conversationId });
      tell('CHAT_CONVERSATION_CLOSED', conversationId);
      return { status: 200 };
    },
    delete: (_request: SimulatorRequest, conversationId: string): Outcome =>
      chats.delete(conversationId) ? { status: 204 } : NOT_FOUND,
    tell,
  };
}
