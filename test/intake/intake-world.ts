import { request as openRequest } from 'node:http';
import { signBody } from '../simulators/iadvize-signature.ts';
import { SECRET } from '../support/test-environment.ts';
import { startTestService } from '../support/test-service.ts';

/** An event as the operator sees it. */
export interface SeenEvent {
  id: string;
  status: string;
  reason: string | null;
  source: string;
  eventType: string | null;
  installation: string | null;
  conversation: string | null;
  duplicates: number;
}

export interface IntakeAnswer {
  status: number;
  body: unknown;
}

export const FORM = 'application/x-www-form-urlencoded';

/** The flat layout of a form: every member as text. */
export function asForm(event: object): URLSearchParams {
  return new URLSearchParams(Object.entries(event).map(([key, value]): [string, string] => [key, String(value)]));
}

/** The whole service, with doors for webhooks and the operator's list of what was stored. */
export async function startIntake(environment: NodeJS.ProcessEnv = {}) {
  const service = await startTestService(environment);

  async function events(query = ''): Promise<SeenEvent[]> {
    return (await service.admin<{ items: SeenEvent[] }>('GET', `/events?limit=200${query}`)).body.items;
  }

  /** Signs the bytes and sends them; an object travels as JSON. `contentType` null leaves the header out. */
  async function post(
    payload: object | string | Buffer,
    contentType: string | null = 'application/json',
    headers: Record<string, string> = {},
  ): Promise<IntakeAnswer> {
    const text = typeof payload === 'string' || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload);
    const bytes = Buffer.from(text);
    return exchange(`${service.url}/iadvize/webhooks`, bytes, {
      'X-iAdvize-Signature': signBody(SECRET, bytes),
      ...(contentType !== null && { 'Content-Type': contentType }),
      ...headers,
    });
  }

  return {
    service,
    events,
    post,
    /** The event that these bytes made: they must be new. */
    async stored(payload: object | string | Buffer, contentType?: string | null, headers?: Record<string, string>) {
      const [before] = await events();
      const answer = await post(payload, contentType, headers);
      if (answer.status !== 202) throw new Error(`answered ${answer.status}: ${JSON.stringify(answer.body)}`);
      const [newest] = await events();
      if (!newest || newest.id === before?.id) throw new Error('no event was stored');
      return newest;
    },
    async install(platform: 'ha' | 'sd', websiteId: number, settings: object = {}): Promise<void> {
      const body = { platform, websiteId, label: `Shop ${platform} ${websiteId}`, ...settings };
      const answer = await service.admin<unknown>('POST', '/installations', body);
      if (answer.status !== 201) throw new Error(`installing failed: ${JSON.stringify(answer.body)}`);
    },
    stop: () => service.stop(),
  };
}

export type Intake = Awaited<ReturnType<typeof startIntake>>;

/** Posts with exactly these headers: neither supertest nor fetch can leave the content type out. */
export function exchange(url: string, bytes: Buffer, headers: Record<string, string>): Promise<IntakeAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = openRequest(url, { method: 'POST', headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, body: text === '' ? undefined : (JSON.parse(text) as unknown) });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(bytes);
  });
}
