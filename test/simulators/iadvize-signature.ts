import { createHmac } from 'node:crypto';

/** How the platform signs a body: over the very bytes that travel. */
export function signBody(secret: string, bytes: Buffer | string): string {
  return `sha256=${createHmac('sha256', secret).update(bytes).digest('hex')}`;
}

/** How the platform signs a GET: over the raw query string without its question mark. */
export function signQuery(secret: string, query: string): string {
  return signBody(secret, query);
}
