import type { HttpClient } from '../outgoing/http-client.ts';
import type { Database } from '../persistence/database.ts';
import { type IadvizeAccess, type IadvizeVisitor, toVisitor, type Unreadable } from './iadvize-source.ts';
import { IadvizeFailure } from './iadvize-failure.ts';
import { findOperatorName } from './operator-directory.ts';
import { createRestClient, type RestClient } from './rest-client.ts';
import { conversationSchema, type RestVisitor, visitorListSchema } from './rest-schemas.ts';

export interface VisitorKeys {
  uniqueId?: string | undefined;
  externalId?: string | undefined;
}

/** A visitor with REST's own number of them, which v2 events carry. */
export type FoundVisitor = IadvizeVisitor & { restId: string };

export interface VisitorLookupDependencies {
  database: Database;
  http: HttpClient;
  restUrls: Record<'sd' | 'ha', string>;
  accessOf: (installationId: string) => Promise<IadvizeAccess | undefined>;
}

const UNIQUE_ID = /^[0-9a-f]{40,48}$/i;

/** What REST tells while an agent looks at a visitor. Every call throws `IadvizeFailure`. */
export function createVisitorLookup({ database, http, restUrls, accessOf }: VisitorLookupDependencies) {
  async function reach(installationId: string): Promise<{ access: IadvizeAccess; rest: RestClient } | undefined> {
    const access = await accessOf(installationId);
    if (access?.restApiKey === undefined) return undefined;
    return { access, rest: createRestClient(restUrls[access.platform], access.restApiKey, http) };
  }

  async function search(rest: RestClient, filters: Record<string, string>): Promise<RestVisitor[]> {
    const query: Record<string, string> = { full: '1' };
    for (const [name, value] of Object.entries(filters)) query[`filters[${name}]`] = value;
    return rest.get('visitor', query, visitorListSchema);
  }

  return {
    /** By the visitor's unique id, else by the client's own id on this website; the newest record last. */
    async visitors(
      installationId: string,
      { uniqueId, externalId }: VisitorKeys,
    ): Promise<FoundVisitor[] | { unreadable: Unreadable }> {
      const reached = await reach(installationId);
      if (!reached) return { unreadable: 'no-credentials' };
      const { access, rest } = reached;
      if (uniqueId !== undefined && UNIQUE_ID.test(uniqueId)) {
        const found = await search(rest, { unique_id: uniqueId });
        // The filter knows wildcards and may match loosely: only the very same id is this visitor.
        const same = found.filter((one) => one.unique_id?.toLowerCase() === uniqueId.toLowerCase());
        if (same.length > 0 || externalId === undefined) return same.map(withNumber);
      }
      if (externalId === undefined) return { unreadable: 'no-matching-id' };
      const found = await search(rest, { external_id: externalId, website_id: access.websiteNumber });
      const same = found.filter((one) => one.external_id === externalId);
      return same.sort((one, other) => Number(one.id) - Number(other.id)).map(withNumber);
    },

    async operatorName(installationId: string, operatorId: string): Promise<string | undefined> {
      const reached = await reach(installationId);
      return reached && findOperatorName(database, reached.rest, installationId, operatorId);
    },

    /** The UUID that events of today call a numbered conversation by; undefined where REST does not tell. */
    async conversationUuid(installationId: string, number: string): Promise<string | undefined> {
      const reached = await reach(installationId);
      if (!reached) return undefined;
      try {
        const path = `conversation.json-unicode/${encodeURIComponent(number)}`;
        return (await reached.rest.get(path, { formatHistory: '0' }, conversationSchema)).xmpp_id?.toLowerCase();
      } catch (error) {
        if (error instanceof IadvizeFailure) return undefined;
        throw error;
      }
    },
  };
}

export type VisitorLookup = ReturnType<typeof createVisitorLookup>;

const withNumber = (visitor: RestVisitor): FoundVisitor => ({ ...toVisitor(visitor), restId: visitor.id });
