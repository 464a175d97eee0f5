import { signBody, signQuery } from '../simulators/iadvize-signature.ts';

export interface TimedAnswer<Body> {
  status: number;
  body: Body;
  /** From the call to the whole answer, as the one who waits sees it. */
  ms: number;
}

export type Fields = Record<string, string>;

/** Calls the plug-in URLs as iAdvize does, signed with the connector's secret. */
export function createPluginCalls(serviceUrl: string, secret: string) {
  async function timed<Body>(path: string, init: RequestInit): Promise<TimedAnswer<Body>> {
    const startedAt = performance.now();
    const response = await fetch(`${serviceUrl}${path}`, init);
    const body = (await response.json()) as Body;
    return { status: response.status, body, ms: performance.now() - startedAt };
  }

  return {
    /** Signed over the raw query; `signature` in place of the right one. */
    get<Body>(path: string, query: Fields, signature?: string): Promise<TimedAnswer<Body>> {
      const raw = new URLSearchParams(query).toString();
      const headers = { 'X-iAdvize-Signature': signature ?? signQuery(secret, raw) };
      return timed<Body>(`${path}?${raw}`, { headers });
    },
    /** One step of the marketplace's form, in the shape of 2017. */
    verify(step: 'authentication' | 'settings', fields: Fields): Promise<TimedAnswer<Verdict>> {
      const body = JSON.stringify(Object.entries(fields).map(([id, value]) => ({ id, value, fieldType: 'TEXT' })));
      const headers = { 'X-iAdvize-Signature': signBody(secret, body), 'Content-Type': 'application/json' };
      return timed<Verdict>(`/iadvize/verify/${step}`, { method: 'POST', headers, body });
    },
  };
}

export type PluginCalls = ReturnType<typeof createPluginCalls>;

/** What the marketplace shows the administrator. */
export interface Verdict {
  isValid: boolean;
  message?: string;
  fields?: { id: string; message: string }[];
}
