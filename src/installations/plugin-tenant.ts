import type { Installation, Installations } from './installations.ts';
import { installationCandidates, parseWebsiteRef, type Platform } from './website-ref.ts';

/** The only members of a plug-in call that say whose it is (contract 1.1). */
export interface TenantKeys {
  idWebsite?: string | undefined;
  idConnectorVersion?: string | undefined;
}

/** The installation a signed plug-in call is for; undefined for one that is unknown or disabled. */
export type FindTenant = (keys: TenantKeys) => Promise<Installation | undefined>;

/**
 * A bare website number that both platforms have is the one whose connector version was called, else the default
 * platform's. A version that was never known is learned from the call.
 */
export function createTenantFinder(
  installations: Pick<Installations, 'find'>,
  defaultPlatform: Platform,
  learnVersion: (installationId: string, connectorVersionId: string) => Promise<void>,
): FindTenant {
  return async ({ idWebsite, idConnectorVersion }) => {
    const website = idWebsite === undefined ? undefined : parseWebsiteRef(idWebsite);
    if (!website) return undefined;
    const candidates = installationCandidates(website, defaultPlatform);
    const found = (await Promise.all(candidates.map((id) => installations.find(id)))).filter((one) => one?.active);
    const tenant = calledOne(found, idConnectorVersion, (one) => one?.settings.connectorVersionId);
    // Of two platforms' installations nobody knows which one was called: nothing is learned from a guess.
    const isUnknown = found.length === 1 && tenant?.settings.connectorVersionId === undefined;
    if (tenant && isUnknown && idConnectorVersion !== undefined) await learnVersion(tenant.id, idConnectorVersion);
    return tenant;
  };
}

/** Of the installations that a website may mean, likeliest first: the one whose connector version was called, if any. */
export function calledOne<One>(
  found: readonly One[],
  version: string | undefined,
  versionOf: (one: One) => string | null | undefined,
): One | undefined {
  if (found.length < 2 || version === undefined) return found[0];
  return found.find((one) => versionOf(one) === version) ?? found[0];
}

/** One member of a query or form: the first where it came several times; "idWebsite]" is a slip of the documents. */
export function memberOf(members: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = members[name] ?? members[`${name}]`];
  const first: unknown = Array.isArray(value) ? value[0] : value;
  const text = typeof first === 'number' ? String(first) : first;
  return typeof text === 'string' && text.trim() !== '' ? text.trim() : undefined;
}
