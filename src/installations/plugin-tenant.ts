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
    const called = found.find((one) => one?.settings.connectorVersionId === idConnectorVersion);
    const tenant = (idConnectorVersion === undefined ? undefined : called) ?? found[0];
    const unknownVersion = tenant?.settings.connectorVersionId === undefined;
    if (tenant && unknownVersion && idConnectorVersion !== undefined) await learnVersion(tenant.id, idConnectorVersion);
    return tenant;
  };
}

/** One member of a query or form: the first where it came several times; "idWebsite]" is a slip of the documents. */
export function memberOf(members: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = members[name] ?? members[`${name}]`];
  const first: unknown = Array.isArray(value) ? value[0] : value;
  const text = typeof first === 'number' ? String(first) : first;
  return typeof text === 'string' && text.trim() !== '' ? text.trim() : undefined;
}
