import type { HttpClient } from '../../outgoing/http-client.ts';
import type { OutgoingResponse } from '../../outgoing/outgoing-request.ts';
import { DestinationFailure } from '../destination-failure.ts';
import { type Effect, isSuccess, jsonOf } from '../remote-call.ts';
import { createServicepatternCaller } from './caller.ts';
import type { ServicepatternSettings } from './definition.ts';
import { saysNoEvents, servicepatternFailure } from './failures.ts';
import { type FormFile, multipartFile } from './multipart-file.ts';
import {
  availabilitySchema,
  eventsSchema,
  type ExpectedParameter,
  parametersSchema,
  type ServicepatternEvent,
  type ServicepatternSession,
  sessionSchema,
  uploadSchema,
  versionSchema,
} from './wire.ts';

/** They are good to have, and not worth waiting for. */
const PARAMETERS_MS = 2_000;

const JSON_TYPE = 'application/json; charset=UTF-8';

/** ServicePattern's API for one end user, and nothing else (contract 2). Every call may throw `DestinationFailure`. */
export interface ServicepatternClient {
  /** By the opening hours of the entry; agents need not be there. */
  isAvailable(): Promise<boolean>;
  /** Undefined where the API has no such call, which is how v1 answers. */
  serverVersion(): Promise<string | undefined>;
  /** What the entry wants to be told at the start of a chat; nothing where the server does not say. */
  expectedParameters(): Promise<ExpectedParameter[]>;
  /** Gives the session there is, or makes one. */
  requestChat(body: object): Promise<ServicepatternSession>;
  /** Undefined when there is none. */
  activeChat(): Promise<ServicepatternSession | undefined>;
  /** Sends one event; resolves with what v1 hands out in its answer. */
  sendEvent(chatId: string, event: object): Promise<ServicepatternEvent[]>;
  /** All events of both sides. */
  history(chatId: string, signal?: AbortSignal): Promise<ServicepatternEvent[]>;
  /** Waits for new events. One at a time for a chat. */
  poll(chatId: string, signal: AbortSignal): Promise<ServicepatternEvent[]>;
  /** Resolves with the file's id; nobody sees it before an event names it. */
  upload(file: FormFile): Promise<string>;
}

export function createServicepatternClient(
  settings: ServicepatternSettings,
  http: HttpClient,
  clientId: string,
): ServicepatternClient {
  const call = createServicepatternCaller({ ...settings, clientId }, http);
  const timeoutMs = settings.sendTimeoutMs;
  const chatPath = (chatId: string, rest: string): string => `chats/${encodeURIComponent(chatId)}/${rest}`;
  const refusal = (response: OutgoingResponse, effect: Effect): DestinationFailure =>
    servicepatternFailure(response, effect, settings.duplicatePollPauseMs);

  function eventsOf(response: OutgoingResponse, effect: Effect): ServicepatternEvent[] {
    if (saysNoEvents(response)) return [];
    if (!isSuccess(response)) throw refusal(response, effect);
    if (response.body.toString('utf8').trim() === '') return [];
    const answer = eventsSchema.safeParse(jsonOf(response));
    if (answer.success) return answer.data;
    throw new DestinationFailure('notSent', 'bad-answer', { httpStatus: response.status });
  }

  return {
    async isAvailable() {
      const response = await call('GET', 'availability', 'reads', { timeoutMs });
      if (!isSuccess(response)) throw refusal(response, 'reads');
      return availabilitySchema.safeParse(jsonOf(response)).data?.chat === 'available';
    },
    async serverVersion() {
      const response = await call('GET', 'version', 'reads', { timeoutMs });
      if (response.status === 404) return undefined;
      if (!isSuccess(response)) throw refusal(response, 'reads');
      return versionSchema.safeParse(jsonOf(response)).data?.server_version;
    },
    async expectedParameters() {
      const response = await call('GET', 'parameters', 'reads', { timeoutMs: Math.min(timeoutMs, PARAMETERS_MS) });
      return isSuccess(response) ? (parametersSchema.safeParse(jsonOf(response)).data ?? []) : [];
    },
    async requestChat(body) {
      const json = { type: JSON_TYPE, bytes: JSON.stringify(body) };
      const response = await call('POST', 'chats', 'writes', { body: json, timeoutMs });
      if (!isSuccess(response)) throw refusal(response, 'writes');
      const session = sessionSchema.safeParse(jsonOf(response));
      // It said yes without an id: a chat may stand there that we cannot name.
      if (!session.success) throw new DestinationFailure('unknown', 'bad-answer', { httpStatus: response.status });
      return session.data;
    },
    async activeChat() {
      const response = await call('GET', 'chats/active', 'reads', { timeoutMs });
      if (response.status === 404) return undefined;
      if (!isSuccess(response)) throw refusal(response, 'reads');
      const session = sessionSchema.safeParse(jsonOf(response));
      if (!session.success) throw new DestinationFailure('notSent', 'bad-answer', { httpStatus: response.status });
      return session.data;
    },
    async sendEvent(chatId, event) {
      const json = { type: JSON_TYPE, bytes: JSON.stringify({ events: [event] }) };
      const response = await call('POST', chatPath(chatId, 'events'), 'writes', { body: json, timeoutMs });
      if (!isSuccess(response)) throw refusal(response, 'writes');
      // It was taken; an answer in another form only means that there is nothing to read in it.
      return eventsSchema.safeParse(jsonOf(response)).data ?? [];
    },
    async history(chatId, signal) {
      const options = { timeoutMs, ...(signal && { signal }) };
      return eventsOf(await call('GET', chatPath(chatId, 'history'), 'reads', options), 'reads');
    },
    async poll(chatId, signal) {
      const options = { timeoutMs: settings.pollTimeoutMs, signal };
      return eventsOf(await call('GET', chatPath(chatId, 'events'), 'reads', options), 'reads');
    },
    async upload(file) {
      const response = await call('POST', 'files', 'reads', { body: multipartFile(file), timeoutMs });
      if (!isSuccess(response)) throw refusal(response, 'reads');
      const answer = uploadSchema.safeParse(jsonOf(response));
      if (!answer.success) throw new DestinationFailure('notSent', 'bad-answer', { httpStatus: response.status });
      return answer.data.file_id;
    },
  };
}
