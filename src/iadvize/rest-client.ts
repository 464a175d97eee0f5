import { z } from 'zod';
import type { HttpClient } from '../outgoing/http-client.ts';
import type { OutgoingResponse } from '../outgoing/outgoing-request.ts';
import { OutgoingError } from '../outgoing/outgoing-error.ts';
import { retryAfterOf } from '../outgoing/retry-after.ts';
import { IadvizeFailure } from './iadvize-failure.ts';

const TIMEOUT_MS = 10_000;

const envelopeSchema = z.object({
  meta: z.object({ status: z.string(), message: z.string().optional() }),
  data: z.unknown().optional(),
  // Of lists; counted on where it makes sense.
  pagination: z.object({ pages: z.coerce.number().int().nonnegative() }).optional().catch(undefined),
});

type Envelope = z.output<typeof envelopeSchema>;

/** The one error text that is a constant of the API: a wrong key answers it, whatever the HTTP status (contract 3.1). */
const FORBIDDEN = 'Forbidden';

export interface RestClient {
  /** Reads a path below `/api/2` and parses `data`. Throws `IadvizeFailure`, nothing else on purpose. */
  get<Schema extends z.ZodType>(path: string, query: Record<string, string>, schema: Schema): Promise<z.output<Schema>>;
  /** One page of a list, its entries unread; `pages`: how many there are, where REST says so. Throws like `get`. */
  getPage(path: string, query: Record<string, string>): Promise<{ items: unknown[]; pages: number | undefined }>;
}

/** iAdvize REST v2. `baseUrl` ends in `/api/2`. HTTP statuses are not documented: `meta.status` decides beside them. */
export function createRestClient(baseUrl: string, apiKey: string, http: HttpClient): RestClient {
  async function read(path: string, query: Record<string, string>): Promise<Envelope> {
    const search = new URLSearchParams(query).toString();
    const url = new URL(`${baseUrl}/${path}${search === '' ? '' : `?${search}`}`);
    return readEnvelope(await request(http, url, apiKey));
  }

  return {
    async get(path, query, schema) {
      const data = schema.safeParse((await read(path, query)).data);
      if (!data.success) throw new IadvizeFailure('bad-answer');
      return data.data;
    },
    async getPage(path, query) {
      const { data, pagination } = await read(path, query);
      if (!Array.isArray(data)) throw new IadvizeFailure('bad-answer');
      return { items: data, pages: pagination?.pages };
    },
  };
}

async function request(http: HttpClient, url: URL, apiKey: string): Promise<OutgoingResponse> {
  try {
    const headers = { 'X-API-Key': apiKey, Accept: 'application/json' };
    return await http.request({ method: 'GET', url, headers, timeoutMs: TIMEOUT_MS });
  } catch (error) {
    if (error instanceof OutgoingError) throw new IadvizeFailure('unavailable');
    throw error;
  }
}

function readEnvelope(response: OutgoingResponse): Envelope {
  if (response.status === 401 || response.status === 403) throw new IadvizeFailure('credentials-refused');
  if (response.status === 429 || response.status >= 500) {
    throw new IadvizeFailure('unavailable', retryAfterOf(response));
  }
  const envelope = envelopeSchema.safeParse(parseJson(response.body));
  if (!envelope.success) throw new IadvizeFailure(response.status === 404 ? 'not-found' : 'bad-answer');
  const { meta } = envelope.data;
  if (meta.status === 'success') return envelope.data;
  if (meta.status === 'fail') throw new IadvizeFailure('not-found');
  throw new IadvizeFailure(meta.message === FORBIDDEN ? 'credentials-refused' : 'unavailable');
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
