import { signBody, signQuery } from '../simulators/iadvize-signature.ts';
import { SECRET } from './test-environment.ts';

export interface PluginAnswer<Body> {
  status: number;
  headers: Headers;
  body: Body;
}

/** A plug-in read as iAdvize sends it: signed over the raw query. */
export async function pluginGet<Body>(
  serviceUrl: string,
  path: string,
  query: Record<string, string> | string,
  signature?: string,
): Promise<PluginAnswer<Body>> {
  const raw = typeof query === 'string' ? query : new URLSearchParams(query).toString();
  const headers = { 'X-iAdvize-Signature': signature ?? signQuery(SECRET, raw) };
  return toAnswer<Body>(await fetch(`${serviceUrl}${path}?${raw}`, { headers }));
}

/** A plug-in write as iAdvize sends it: signed over the raw body. */
export async function pluginPost<Body>(
  serviceUrl: string,
  path: string,
  body: string,
  { contentType = 'application/json', signature }: { contentType?: string; signature?: string } = {},
): Promise<PluginAnswer<Body>> {
  const headers = { 'X-iAdvize-Signature': signature ?? signBody(SECRET, body), 'Content-Type': contentType };
  return toAnswer<Body>(await fetch(`${serviceUrl}${path}`, { method: 'POST', headers, body }));
}

async function toAnswer<Body>(response: Response): Promise<PluginAnswer<Body>> {
  return { status: response.status, headers: response.headers, body: (await response.json()) as Body };
}
