import type { SimulatorAnswer, SimulatorRequest } from './simulator-server.ts';

export interface ServicepatternKnown {
  tenantUrl: string;
  appId: string;
}

const SCHEME = 'MOBILE-API-140-327-PLAIN';
/** Values with quotes or without: apps of the vendor's own do either. */
const PARAMETER = /^(appId|clientId)=(?:"([^"]*)"|([^",\s]+))$/;

export const refuse = (status: number, code: string, message: string): SimulatorAnswer => ({
  status,
  body: { error_code: code, error_message: message },
});

/** Who calls, or why they may not. `refusalStatus`: the wiki says 401, the collection 403. */
export function judgeAccess(
  { headers, query, path, method }: SimulatorRequest,
  known: ServicepatternKnown,
  refusalStatus: 401 | 403,
): { clientId: string } | SimulatorAnswer {
  const { authorization } = headers;
  if (authorization === undefined) return refuse(refusalStatus, '2000', 'Authorization header is missing');
  const [scheme = '', ...rest] = authorization.split(' ');
  if (scheme !== SCHEME) return refuse(refusalStatus, '2002', 'Authorization scheme is invalid');
  const given = new Map<string, string>();
  for (const part of rest.join(' ').split(', ')) {
    const [, name, quoted, bare] = PARAMETER.exec(part) ?? [];
    if (name === undefined && part !== '') return refuse(refusalStatus, '2001', 'Authorization header is malformed');
    if (name !== undefined) given.set(name, quoted ?? bare ?? '');
  }
  const [appId, clientId] = [given.get('appId'), given.get('clientId')];
  if (!appId) return refuse(refusalStatus, '2003', 'appId parameter is missing');
  // The value that switches to cookies is for browsers.
  if (!clientId || clientId === 'WebChat') return refuse(refusalStatus, '2004', 'clientId parameter is missing');
  const isDownload = method === 'GET' && /\/files?\/[^/]+$/.test(path);
  const tenantUrl = query.get('tenantUrl');
  if (!(isDownload && tenantUrl === null) && tenantUrl !== known.tenantUrl) {
    return refuse(refusalStatus, '1000', 'Tenant URL is missing or invalid');
  }
  if (appId !== known.appId) return refuse(refusalStatus, '3000', 'Application id is invalid');
  return { clientId };
}
