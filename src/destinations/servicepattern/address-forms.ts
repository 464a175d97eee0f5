import { z } from 'zod';
import { upstreamUrl } from '../upstream-url.ts';

/** Bare hosts get the path of the API, and a version at the end goes: the version is another setting. */
export const apiAddress = upstreamUrl.transform((text) => {
  const url = new URL(text);
  if (url.pathname === '/') url.pathname = '/clientweb/api';
  return url.href.replace(/\/v[12]$/, '');
});

/** A domain; some paste it with its scheme, which the server refuses (contract 1). */
export const tenantDomain = z
  .string()
  .transform((text) => text.replace(/^https?:\/\//i, '').replace(/\/+$/, ''))
  .refine((text) => /^[a-z0-9.-]+(:\d+)?$/i.test(text), 'must be a domain such as acme.brightpattern.com');

/** A quotation mark would end the value inside the Authorization header. */
export const headerValue = z.string().regex(/^[^"\p{Cc}]+$/u, 'must not hold quotation marks');
