export interface CallOptions {
  method?: string;
  headers?: Record<string, string>;
  /** An object goes out as JSON, anything else as it is. */
  body?: string | URLSearchParams | Record<string, unknown>;
  signal?: AbortSignal;
}

export interface CallAnswer<Body> {
  status: number;
  headers: Headers;
  text: string;
  /** The parsed JSON; undefined when the answer is none. */
  json: Body;
}

/** One HTTP call of a test that plays the client of a simulator. */
export async function call<Body = unknown>(url: string, options: CallOptions = {}): Promise<CallAnswer<Body>> {
  const { method = 'GET', headers = {}, body, signal = null } = options;
  const raw = body === undefined || typeof body === 'string' || body instanceof URLSearchParams;
  const response = await fetch(url, {
    method,
    headers: { ...(!raw && { 'Content-Type': 'application/json' }), ...headers },
    body: raw ? (body ?? null) : JSON.stringify(body),
    signal,
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: (isJson ? JSON.parse(text) : undefined) as Body,
  };
}
