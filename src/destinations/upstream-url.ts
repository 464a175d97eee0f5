import { z } from 'zod';

/** An http(s) address without credentials, query or fragment; no slash at its end. */
export const upstreamUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http or https address' })
  .refine((text) => {
    // What is no address at all has been refused by now.
    if (!URL.canParse(text)) return true;
    const url = new URL(text);
    return url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  }, 'must not hold credentials, a query or a fragment')
  .transform((text) => text.replace(/\/+$/, ''));
