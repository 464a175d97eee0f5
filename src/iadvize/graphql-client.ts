import { z } from 'zod';
import type { HttpClient } from '../outgoing/http-client.ts';
import type { OutgoingResponse } from '../outgoing/outgoing-request.ts';
import { type GraphqlCredentials, logInToGraphql, parseJson, sendToIadvize } from './graphql-login.ts';
import { IadvizeFailure } from './iadvize-failure.ts';

const TIMEOUT_MS = 10_000;
/** A token is given up this long before its end: a call must not outlive it on the way. */
const EXPIRY_MARGIN_MS = 60_000;

const answerSchema = z.object({ data: z.unknown().optional(), errors: z.array(z.unknown()).optional() });

export interface GraphqlClient {
  /** Runs a query and parses `data`. Throws `IadvizeFailure`. */
  query<Schema extends z.ZodType>(
    credentials: GraphqlCredentials,
    document: string,
    variables: Record<string, unknown>,
    schema: Schema,
    platform: string,
  ): Promise<z.output<Schema>>;
}

interface Token {
  value: string;
  endsAt: number;
}

const keyOf = ({ username, password }: GraphqlCredentials): string => JSON.stringify([username, password]);

/** iAdvize GraphQL (contract 3.3). Logs in once a day and user; concurrent callers share one login. */
export function createGraphqlClient(
  urls: { graphql: string; oauth: string },
  http: HttpClient,
  now: () => Date,
): GraphqlClient {
  const tokens = new Map<string, Promise<Token>>();

  async function logIn(credentials: GraphqlCredentials): Promise<Token> {
    const { token: value, seconds } = await logInToGraphql(urls.oauth, credentials, http);
    return { value, endsAt: now().getTime() + seconds * 1000 - EXPIRY_MARGIN_MS };
  }

  /** The token in hand while it is good; else one login, which callers that come meanwhile share. */
  async function tokenFor(credentials: GraphqlCredentials): Promise<string> {
    const key = keyOf(credentials);
    const held = tokens.get(key);
    if (held) {
      const token = await held;
      if (token.endsAt > now().getTime()) return token.value;
      if (tokens.get(key) !== held) return tokenFor(credentials);
    }
    const login = logIn(credentials);
    tokens.set(key, login);
    login.catch(() => tokens.delete(key));
    return (await login).value;
  }

  async function forget(credentials: GraphqlCredentials, refused: string): Promise<void> {
    const held = tokens.get(keyOf(credentials));
    if (held && (await held).value === refused && tokens.get(keyOf(credentials)) === held) {
      tokens.delete(keyOf(credentials));
    }
  }

  return {
    async query(credentials, document, variables, schema, platform) {
      const url = new URL(urls.graphql);
      if (platform === 'sd') url.searchParams.set('platform', 'sd');
      const body = JSON.stringify({ query: document, variables });
      const run = async (token: string): Promise<OutgoingResponse> => {
        const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
        return sendToIadvize(http, { method: 'POST', url, headers, body, timeoutMs: TIMEOUT_MS });
      };
      const token = await tokenFor(credentials);
      let response = await run(token);
      if (isTokenRefused(response)) {
        await forget(credentials, token);
        response = await run(await tokenFor(credentials));
      }
      if (isTokenRefused(response) || response.status === 403) throw new IadvizeFailure('credentials-refused');
      const answer = answerSchema.safeParse(parseJson(response.body));
      if (!answer.success || (answer.data.errors?.length ?? 0) > 0) throw new IadvizeFailure('bad-answer');
      const data = schema.safeParse(answer.data.data);
      if (!data.success) throw new IadvizeFailure('bad-answer');
      return data.data;
    },
  };
}

/** Refused by status, or by the documented error code in a body of any status. */
function isTokenRefused({ status, body }: OutgoingResponse): boolean {
  if (status === 401) return true;
  return z.object({ error: z.literal('invalid_token') }).safeParse(parseJson(body)).success;
}
