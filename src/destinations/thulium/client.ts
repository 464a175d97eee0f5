import type { HttpClient } from '../../outgoing/http-client.ts';
import { DestinationFailure } from '../destination-failure.ts';
import { isSuccess, jsonOf } from '../remote-call.ts';
import { createThuliumCaller, thuliumFailure } from './caller.ts';
import type { ThuliumSettings } from './definition.ts';
import type { Days } from './list-from.ts';
import { type ChatPage, chatPageSchema, startAnswerSchema } from './wire.ts';

/** The client's fields of a start; Thulium matches its CRM by id first, then by e-mail. */
export interface ThuliumClientFields {
  client_name?: string;
  client_surname?: string;
  client_email?: string;
  client_id?: string;
}

export interface ChatPageQuery {
  /** Chats that started on these days. */
  days: Days;
  offset: number;
  byQueue: boolean;
}

export interface ThuliumClient {
  /** Returns the conversation's id. Not idempotent. */
  start(client: ThuliumClientFields): Promise<string>;
  message(conversationId: string, text: string): Promise<void>;
  /** A conversation that is closed or unknown counts as stopped. */
  stop(conversationId: string): Promise<void>;
  /** Up to 100 chats with their messages and files. */
  chats(query: ChatPageQuery, signal?: AbortSignal): Promise<ChatPage>;
}

/** The most that one page may hold (contract 2.4). */
const PAGE = 100;
/** A hundred chats with all their messages, in bytes. */
const PAGE_BYTES = 32 * 1024 * 1024;

/** Thulium's chat API and nothing else (contract 2). Throws `DestinationFailure` with Thulium's request id. */
export function createThuliumClient(settings: ThuliumSettings, http: HttpClient): ThuliumClient {
  const call = createThuliumCaller(settings, http);
  const { chatQueueId, externalChatbotId } = settings;
  const asChatbot = externalChatbotId === undefined ? {} : { external_chatbot_id: externalChatbotId };
  const conversation = (id: string, method: string): string => `chat_conversations/${encodeURIComponent(id)}/${method}`;

  return {
    async start(client) {
      const query = new URLSearchParams({ chat_queue_id: String(chatQueueId), ...client });
      const path = `chat_conversations/start?${query.toString()}`;
      const response = await call({ method: 'POST', path, effect: 'writes' });
      if (!isSuccess(response)) throw aboutNoChat(thuliumFailure(response, 'writes'));
      const answer = startAnswerSchema.safeParse(jsonOf(response));
      // It said yes without an id: a chat may stand there that we cannot name.
      if (!answer.success) throw new DestinationFailure('unknown', 'bad-answer', { httpStatus: response.status });
      return answer.data.conversation_id;
    },
    async message(conversationId, text) {
      const path = conversation(conversationId, 'message');
      const response = await call({ method: 'POST', path, effect: 'writes', json: { text, ...asChatbot } });
      if (!isSuccess(response)) throw thuliumFailure(response, 'writes');
    },
    async stop(conversationId) {
      const path = conversation(conversationId, 'stop');
      const json = externalChatbotId === undefined ? {} : { json: asChatbot };
      const response = await call({ method: 'POST', path, effect: 'writes', ...json });
      if (isSuccess(response)) return;
      const failure = thuliumFailure(response, 'writes');
      const alreadyClosed = failure.code === 'chat-over' || failure.code === 'request-refused';
      if (!alreadyClosed) throw failure;
    },
    async chats({ days, offset, byQueue }, signal) {
      const query = new URLSearchParams({
        ...(byQueue && { chat_queue_id: String(chatQueueId) }),
        date_from: days.from,
        ...(days.to !== undefined && { date_to: days.to }),
        include_messages: 'true',
        include_files: 'true',
        limit: String(PAGE),
        offset: String(offset),
      });
      const path = `chats?${query.toString()}`;
      const response = await call({
        ...{ method: 'GET', path, effect: 'reads', maxBodyBytes: PAGE_BYTES },
        ...(signal && { signal }),
      });
      if (!isSuccess(response)) throw aboutNoChat(thuliumFailure(response, 'reads'));
      const page = chatPageSchema.safeParse(jsonOf(response));
      if (!page.success) throw new DestinationFailure('notSent', 'bad-answer', { httpStatus: response.status });
      return page.data;
    },
  };
}

/** A start and a list name no chat, so 404 is about the queue, the fields or the address, never about a chat. */
function aboutNoChat(failure: DestinationFailure): DestinationFailure {
  if (failure.kind !== 'gone') return failure;
  const { httpStatus, requestId } = failure;
  return new DestinationFailure('refused', 'request-refused', { httpStatus, requestId });
}
