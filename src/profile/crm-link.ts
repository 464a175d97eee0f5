import { CRM_PLACEHOLDER } from '../installations/crm-url-template.ts';

/** What a CRM link is made of; a member that is not known leaves out every link that needs it. */
export interface CrmKeys {
  externalId?: string | undefined;
  email?: string | undefined;
  visitorId?: string | undefined;
}

/** The client's CRM page of this person; undefined where something is not known or the result is no http(s) address. */
export function crmLink(template: string | undefined, keys: CrmKeys): string | undefined {
  if (template === undefined) return undefined;
  const names = [...template.matchAll(CRM_PLACEHOLDER)].map(([, name]) => name as keyof CrmKeys);
  if (names.some((name) => !keys[name])) return undefined;
  const link = template.replaceAll(CRM_PLACEHOLDER, (_all, name: keyof CrmKeys) =>
    encodeURIComponent(keys[name] ?? ''),
  );
  return isHttpAddress(link) ? link : undefined;
}

/** Whether a console may show this as a link. */
export function isHttpAddress(text: string): boolean {
  return /^https?:\/\/[^\s]+$/i.test(text) && URL.canParse(text);
}
