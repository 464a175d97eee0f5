import { z } from 'zod';

/** What a CRM link may be made of. */
export const CRM_PLACEHOLDER = /\{(externalId|email|visitorId)\}/g;

/** Scheme and host stand before every placeholder: whose page it is must not depend on what a visitor calls themselves. */
const FIXED_ORIGIN = /^https?:\/\/[^/?#{}\s]+[/?#]/i;

/** `profile.crmUrlTemplate`: an http(s) address with at least one placeholder behind its host. */
export const crmUrlTemplate = z
  .string()
  .trim()
  .refine((text) => text.search(CRM_PLACEHOLDER) >= 0, 'must hold {externalId}, {email} or {visitorId}')
  .refine(isAddressTemplate, 'must be an http or https address, with its placeholders behind the host')
  .refine((text) => !/[{}]/.test(text.replaceAll(CRM_PLACEHOLDER, '')), {
    error: 'may hold no other placeholder than {externalId}, {email} and {visitorId}',
  });

function isAddressTemplate(text: string): boolean {
  const example = text.replaceAll(CRM_PLACEHOLDER, 'x');
  return FIXED_ORIGIN.test(text) && !/\s/.test(example) && URL.canParse(example);
}
