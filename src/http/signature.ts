import { createHmac, timingSafeEqual } from 'node:crypto';
import type { SecretToken } from './secret-tokens.ts';

/** What a request failed on. For logs; never told to the caller. */
export type SignatureRule =
  | 'missing-header'
  | 'empty-header'
  | 'not-sha256'
  | 'wrong-length'
  | 'not-lower-case-hex'
  | 'expired-secret'
  | 'mismatch';

export type SignatureVerdict = { valid: true; secretId: string } | { valid: false; rule: SignatureRule };

export interface SignedRequest {
  method: string;
  /** Everything behind the first "?" exactly as received; empty without one. */
  rawQuery: string;
  /** The body's bytes exactly as received. */
  rawBody: Uint8Array;
  /** Value of X-iAdvize-Signature. */
  header: string | undefined;
}

const PREFIX = 'sha256=';
const HEX_DIGITS = 64;

/**
 * Decides whether iAdvize signed this request (iAdvize contract 1.2): `sha256=` and 64 lower-case hex digits of an
 * HMAC-SHA256 over the raw query for GET and HEAD, over the raw body for everything else.
 *
 * Pure: the same arguments give the same verdict. Every secret is tried whatever the outcome of the others, and digests
 * are compared in constant time. A signature by a secret past its end is told apart from a wrong one.
 */
export function verifySignature(request: SignedRequest, secrets: readonly SecretToken[], now: Date): SignatureVerdict {
  const { header } = request;
  if (header === undefined) return { valid: false, rule: 'missing-header' };
  if (header === '') return { valid: false, rule: 'empty-header' };
  // The algorithm is not ours to take from the caller: sha256, or nothing.
  if (!header.startsWith(PREFIX)) return { valid: false, rule: 'not-sha256' };
  const hex = header.slice(PREFIX.length);
  if (hex.length !== HEX_DIGITS) return { valid: false, rule: 'wrong-length' };
  if (!/^[0-9a-f]+$/.test(hex)) return { valid: false, rule: 'not-lower-case-hex' };

  const given = Buffer.from(hex, 'hex');
  const signsQuery = request.method === 'GET' || request.method === 'HEAD';
  const signed = signsQuery ? request.rawQuery : request.rawBody;
  const matching = secrets.filter((secret) =>
    timingSafeEqual(createHmac('sha256', secret.value).update(signed).digest(), given),
  );
  const current = matching.find((secret) => secret.endsAt === undefined || now < secret.endsAt);
  if (current) return { valid: true, secretId: current.id };
  return { valid: false, rule: matching.length > 0 ? 'expired-secret' : 'mismatch' };
}
