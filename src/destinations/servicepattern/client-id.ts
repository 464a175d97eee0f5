import { createHash } from 'node:crypto';

/** Made once, for this purpose. */
const NAMESPACE = Buffer.from('5d1f0a52c6a84d0f9a3e6b1c7d2e4f80', 'hex');

/**
 * The end user of one conversation: a name-based UUID (RFC 9562, version 5), so that every attempt, restart and replica
 * meets the same session. The entry belongs to the name, since two destinations may lead into the same tenant.
 */
export function clientIdOf(conversationId: string, { tenantUrl, appId }: { tenantUrl: string; appId: string }): string {
  const name = JSON.stringify([tenantUrl, appId, conversationId]);
  const bytes = createHash('sha1').update(NAMESPACE).update(name).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
