import {
  createHash,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';
import type { PersonKey } from './person-key.ts';

/** What a receipt says; `signature` is over all of it. */
export type Receipt<Content extends object> = Content & { publicKey: string; signature: string };

export interface ReceiptSigner {
  sign<Content extends object>(content: Content): Receipt<Content>;
  /** Whether this service signed it, with any of its keys, and nothing was changed since. */
  isOurs(receipt: Record<string, unknown>): boolean;
}

/** PKCS #8 of an Ed25519 key, up to its 32 bytes. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

// Not the encryption key itself: one key, one purpose.
const keyFrom = (bytes: Buffer): KeyObject => {
  const seed = Buffer.from(hkdfSync('sha256', bytes, '', 'erasure-receipts/1', 32));
  return createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
};

const publicKeyOf = (key: KeyObject): string => createPublicKey(key).export({ format: 'jwk' }).x ?? '';

/**
 * Signs with Ed25519, by a key made from the first encryption key; those of all of them verify. The signed bytes are the
 * receipt without its signature as JSON in UTF-8, members sorted by name, no white space. Keys and signatures: base64url.
 */
export function createReceiptSigner(keys: readonly { bytes: Buffer }[]): ReceiptSigner {
  const [signing, ...older] = keys.map(({ bytes }) => keyFrom(bytes));
  if (!signing) throw new Error('receipts need at least one key');

  return {
    sign(content) {
      const signed = { ...content, publicKey: publicKeyOf(signing) };
      return { ...signed, signature: sign(null, canonical(signed), signing).toString('base64url') };
    },
    isOurs({ signature, ...signed }) {
      if (typeof signature !== 'string') return false;
      const key = [signing, ...older].find((one) => publicKeyOf(one) === signed['publicKey']);
      if (!key) return false;
      return verify(null, canonical(signed), createPublicKey(key), Buffer.from(signature, 'base64url'));
    },
  };
}

const canonical = (value: unknown): Buffer => Buffer.from(JSON.stringify(sorted(value)));

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, sorted(member)]));
}

/** Ties a receipt to a person without naming them: whoever knows the address or the id can check it. */
export function subjectOf({ by, value }: PersonKey): { by: string; salt: string; digest: string } {
  const salt = randomBytes(16).toString('base64url');
  return { by, salt, digest: createHash('sha256').update(`${salt}:${by}:${value}`).digest('hex') };
}
