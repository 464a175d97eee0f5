import type { HttpClient } from '../../outgoing/http-client.ts';
import type { OutgoingResponse } from '../../outgoing/outgoing-request.ts';
import { callRemote, type Effect, failureOf, jsonOf } from '../remote-call.ts';
import type { DestinationFailure } from '../destination-failure.ts';
import { errorEnvelopeSchema } from './wire.ts';

export interface ThuliumAccess {
  baseUrl: string;
  apiUser: string;
  apiPassword: string;
  sendTimeoutMs: number;
}

export interface ThuliumCall {
  method: 'GET' | 'POST';
  /** Below the base URL, with its query: "chats?limit=1". */
  path: string;
  effect: Effect;
  /** Sent as JSON; without it the body is empty. */
  json?: object;
  signal?: AbortSignal;
  /** Longest answer in bytes, where it may be longer than usual. */
  maxBodyBytes?: number;
}

/** Resolves for every HTTP status; throws `DestinationFailure` when there is no answer. */
export type ThuliumCaller = (call: ThuliumCall) => Promise<OutgoingResponse>;

export const basicAuthorization = ({ apiUser, apiPassword }: Pick<ThuliumAccess, 'apiUser' | 'apiPassword'>): string =>
  `Basic ${Buffer.from(`${apiUser}:${apiPassword}`).toString('base64')}`;

/** One call of Thulium's API as one API user (contract 1). */
export function createThuliumCaller(access: ThuliumAccess, http: HttpClient): ThuliumCaller {
  const common = { Authorization: basicAuthorization(access), Accept: 'application/json', 'Accept-Language': 'en' };
  return async ({ method, path, effect, json, signal, maxBodyBytes }) => {
    const posts = method === 'POST';
    const request = {
      method,
      url: new URL(`${access.baseUrl}/${path}`),
      headers: { ...common, ...(posts && { 'Content-Type': 'application/json; charset=utf-8' }) },
      timeoutMs: access.sendTimeoutMs,
      ...(posts && { body: json === undefined ? '' : JSON.stringify(json) }),
      ...(signal && { signal }),
      ...(maxBodyBytes !== undefined && { maxBodyBytes }),
    };
    try {
      return await callRemote(http, request, effect);
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  };
}

/** What a refusing answer means, with the request id that Thulium's support asks for. */
export function thuliumFailure(response: OutgoingResponse, effect: Effect): DestinationFailure {
  const envelope = errorEnvelopeSchema.safeParse(jsonOf(response));
  const told = envelope.success ? envelope.data.request_id : undefined;
  return failureOf(response, effect, told ?? response.headers['x-request-id']);
}
