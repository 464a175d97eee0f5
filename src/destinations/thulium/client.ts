import type { HttpClient } from '../../outgoing/http-client.ts';
import type { OutgoingResponse } from '../../outgoing/outgoing-request.ts';
import { DestinationFailure } from '../destination-failure.ts';
import { callRemote, type Effect, failureOf, isSuccess, jsonOf } from '../remote-call.ts';
import type { ThuliumSettings } from './definition.ts';
import { chatListSchema, errorEnvelopeSchema, startAnswerSchema, type ThuliumChat } from './wire.ts';

const PAGE = 100;
/** More pages than a day of one queue can have; a list that never ends must not keep a lane for ever. */
const MAX_PAGES = 100;

/** The client's fields of a start; Thulium matches its CRM by id first, then by e-mail. */
export interface ThuliumClientFields {
  client_name?: string;
  client_surname?: string;
  client_email?: string;
  client_id?: string;
}

export interface ThuliumClient {
  /** Returns the conversation's id. Not idempotent. */
  start(client: ThuliumClientFields): Promise<string>;
  message(conversationId: string, text: string): Promise<void>;
  /** A conversation that is closed or unknown counts as stopped. */
  stop(conversationId: string): Promise<void>;
  /** All chats of the queue that started on that day or later, with their messages. `fromDate`: YYYY-MM-DD. */
  chatsSince(fromDate: string): Promise<ThuliumChat[]>;
}

/** Thulium's chat API and nothing else (contract 2). Throws `DestinationFailure` with Thulium's request id. */
export function createThuliumClient(settings: ThuliumSettings, http: HttpClient): ThuliumClient {
  const authorization = `Basic ${Buffer.from(`${settings.apiUser}:${settings.apiPassword}`).toString('base64')}`;

  async function request(
    method: 'GET' | 'POST',
    path: string,
    effect: Effect,
    body?: string,
  ): Promise<OutgoingResponse> {
    const headers = {
      Authorization: authorization,
      Accept: 'application/json',
      'Accept-Language': 'en',
      ...(method === 'POST' && { 'Content-Type': 'application/json; charset=utf-8' }),
    };
    const url = new URL(`${settings.baseUrl}/${path}`);
    const timeoutMs = settings.sendTimeoutMs;
    return callRemote(
      http,
      { method, url, headers, timeoutMs, ...(method === 'POST' && { body: body ?? '' }) },
      effect,
    );
  }

  async function listPage(fromDate: string, offset: number, byQueue: boolean): Promise<OutgoingResponse> {
    const query = new URLSearchParams({
      ...(byQueue && { chat_queue_id: String(settings.chatQueueId) }),
      date_from: fromDate,
      include_messages: 'true',
      limit: String(PAGE),
      offset: String(offset),
    });
    return request('GET', `chats?${query.toString()}`, 'reads');
  }

  return {
    async start(client) {
      const query = new URLSearchParams({ chat_queue_id: String(settings.chatQueueId), ...client });
      const response = await request('POST', `chat_conversations/start?${query.toString()}`, 'writes');
      if (!isSuccess(response)) throw refusedStart(response);
      const answer = startAnswerSchema.safeParse(jsonOf(response));
      // It said yes without an id: a chat may stand there that we cannot name.
      if (!answer.success) throw new DestinationFailure('unknown', 'bad-answer', { httpStatus: response.status });
      return answer.data.conversation_id;
    },
    async message(conversationId, text) {
      const path = `chat_conversations/${encodeURIComponent(conversationId)}/message`;
      const response = await request('POST', path, 'writes', JSON.stringify({ text }));
      if (!isSuccess(response)) throw failureOf(response, 'writes', requestIdOf(response));
    },
    async stop(conversationId) {
      const response = await request('POST', `chat_conversations/${encodeURIComponent(conversationId)}/stop`, 'writes');
      if (isSuccess(response)) return;
      const failure = failureOf(response, 'writes', requestIdOf(response));
      const alreadyClosed = failure.code === 'chat-over' || failure.code === 'request-refused';
      if (!alreadyClosed) throw failure;
    },
    async chatsSince(fromDate) {
      const chats: ThuliumChat[] = [];
      let byQueue = true;
      for (let page = 0; page < MAX_PAGES; page += 1) {
        let response = await listPage(fromDate, page * PAGE, byQueue);
        // Some systems answer 500 to a list with a filter (contract 2.4): without it they answer.
        if (response.status === 500 && byQueue && page === 0) {
          byQueue = false;
          response = await listPage(fromDate, 0, byQueue);
        }
        if (!isSuccess(response)) throw failureOf(response, 'reads', requestIdOf(response));
        const list = chatListSchema.safeParse(jsonOf(response));
        if (!list.success) throw new DestinationFailure('notSent', 'bad-answer', { httpStatus: response.status });
        chats.push(...list.data.result);
        if (list.data.result.length === 0 || chats.length >= list.data.count) break;
      }
      return chats;
    },
  };
}

/** A start names no chat, so a 4xx is about the queue or the fields, never about a chat that is over. */
function refusedStart(response: OutgoingResponse): DestinationFailure {
  const failure = failureOf(response, 'writes', requestIdOf(response));
  if (failure.kind !== 'gone') return failure;
  return new DestinationFailure('refused', 'request-refused', {
    httpStatus: response.status,
    requestId: failure.requestId,
  });
}

function requestIdOf(response: OutgoingResponse): string | undefined {
  const envelope = errorEnvelopeSchema.safeParse(jsonOf(response));
  return (envelope.success ? envelope.data.request_id : undefined) ?? response.headers['x-request-id'];
}
