import { randomInt } from 'node:crypto';
import type { HttpClient } from '../../outgoing/http-client.ts';
import type { OutgoingRequest, OutgoingResponse } from '../../outgoing/outgoing-request.ts';
import { callRemote, type Effect } from '../remote-call.ts';

/** Who calls whom: one end user instance of one scenario entry of one tenant. */
export interface ServicepatternAccess {
  baseUrl: string;
  apiVersion: 'v1' | 'v2';
  tenantUrl: string;
  appId: string;
  clientId: string;
}

export interface CallOptions {
  body?: { type: string; bytes: string | Buffer };
  timeoutMs: number;
  signal?: AbortSignal;
  /** Cuts the answer after this many bytes instead of refusing it. */
  cutAtBytes?: number;
  withoutTenant?: boolean;
}

/** Calls a path below `<baseUrl>/<version>/`, or an absolute address. Throws `DestinationFailure` when there is no answer. */
export type ServicepatternCaller = (
  method: 'GET' | 'POST',
  path: string | URL,
  effect: Effect,
  options: CallOptions,
) => Promise<OutgoingResponse>;

/** The header grammar, `tenantUrl` on every call, and what defeats caches (contract 1). */
export function createServicepatternCaller(access: ServicepatternAccess, http: HttpClient): ServicepatternCaller {
  const { baseUrl, apiVersion, tenantUrl, appId, clientId } = access;
  const authorization = `MOBILE-API-140-327-PLAIN appId="${appId}", clientId="${clientId}"`;

  return (method, path, effect, options) => {
    const { body, timeoutMs, signal, cutAtBytes, withoutTenant } = options;
    const url = path instanceof URL ? new URL(path) : new URL(`${baseUrl}/${apiVersion}/${path}`);
    if (withoutTenant !== true) url.searchParams.set('tenantUrl', tenantUrl);
    if (method === 'GET') url.searchParams.set('nonce', nonce());
    const request: OutgoingRequest = {
      method,
      url,
      headers: {
        Authorization: authorization,
        'User-Agent': 'MobileClient',
        'Cache-Control': 'no-cache',
        Accept: cutAtBytes === undefined ? 'application/json' : '*/*',
        ...(body && { 'Content-Type': body.type }),
      },
      timeoutMs,
      ...(body && { body: body.bytes }),
      ...(signal && { signal }),
      ...(cutAtBytes !== undefined && { maxBodyBytes: cutAtBytes, overlongBody: 'cut' as const }),
    };
    return callRemote(http, request, effect);
  };
}

/** The time in ms, as the vendor does it, and three digits more: two calls may share a millisecond. */
const nonce = (): string => `${Date.now()}${String(randomInt(1000)).padStart(3, '0')}`;
