import { z } from 'zod';
import type { HttpClient } from '../outgoing/http-client.ts';
import { IadvizeFailure } from './iadvize-failure.ts';
import { createRestClient } from './rest-client.ts';

/**
 * - works: iAdvize takes the key, and it shows the website where one was named.
 * - refused: iAdvize does not take it.
 * - other-website: a good key of somebody else.
 * - unavailable: nobody could tell now.
 */
export type RestKeyVerdict = 'works' | 'refused' | 'other-website' | 'unavailable';

export interface RestKeyQuestion {
  apiKey: string;
  /** The REST APIs that may know the key, each ending in `/api/2`; all of them where the platform is not known. */
  baseUrls: readonly string[];
  websiteId?: number;
}

/** Asks iAdvize about a REST key with one harmless read. Throws nothing on purpose. */
export async function checkRestKey(question: RestKeyQuestion, http: HttpClient): Promise<RestKeyVerdict> {
  const verdicts = await Promise.all(question.baseUrls.map((baseUrl) => askOne(baseUrl, question, http)));
  const strongest = (['works', 'other-website', 'unavailable'] as const).find((verdict) => verdicts.includes(verdict));
  return strongest ?? 'refused';
}

async function askOne(
  baseUrl: string,
  { apiKey, websiteId }: RestKeyQuestion,
  http: HttpClient,
): Promise<RestKeyVerdict> {
  const rest = createRestClient(baseUrl, apiKey, http);
  try {
    if (websiteId === undefined) await rest.get('operator', { limit: '1' }, z.unknown());
    else await rest.get(`website/${websiteId}`, {}, z.unknown());
    return 'works';
  } catch (error) {
    if (!(error instanceof IadvizeFailure)) throw error;
    if (error.kind === 'credentials-refused') return 'refused';
    return error.kind === 'not-found' && websiteId !== undefined ? 'other-website' : 'unavailable';
  }
}
