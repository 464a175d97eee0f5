import type { HttpClient } from '../outgoing/http-client.ts';
import { type GraphqlCredentials, logInToGraphql } from './graphql-login.ts';
import { IadvizeFailure } from './iadvize-failure.ts';

/**
 * - works: iAdvize gives a token for it.
 * - refused: iAdvize does not take it.
 * - unavailable: nobody could tell now.
 */
export type GraphqlLoginVerdict = 'works' | 'refused' | 'unavailable';

/** Tries a GraphQL login once; iAdvize allows ten a minute and user. Throws nothing on purpose. */
export async function checkGraphqlLogin(
  oauthUrl: string,
  credentials: GraphqlCredentials,
  http: HttpClient,
): Promise<GraphqlLoginVerdict> {
  try {
    await logInToGraphql(oauthUrl, credentials, http);
    return 'works';
  } catch (error) {
    if (!(error instanceof IadvizeFailure)) throw error;
    return error.kind === 'credentials-refused' ? 'refused' : 'unavailable';
  }
}
