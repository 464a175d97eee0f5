import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { EncryptionKey } from './encryption-keys.ts';

const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Encrypts for one place: what was sealed for one `purpose` does not open for another. */
export interface SecretBox {
  /** Of the key that seals. */
  currentKeyId: string;
  /** `keyId.iv.tag.ciphertext`, base64url. */
  seal(text: string, purpose: string): string;
  /** Throws when the key is unknown, the text was altered, or it was sealed for another purpose. */
  open(sealed: string, purpose: string): string;
  /** For files: one byte with the length of the key id, the key id, iv, tag, ciphertext. */
  sealBytes(bytes: Uint8Array, purpose: string): Buffer;
  /** Throws as `open` does. */
  openBytes(sealed: Uint8Array, purpose: string): Buffer;
}

interface Parts {
  keyId: string;
  iv: Uint8Array;
  tag: Uint8Array;
  ciphertext: Uint8Array;
}

/** AES-256-GCM with the first key; opens with any of them, so a key can be retired by putting a new one before it. */
export function createSecretBox(keys: readonly EncryptionKey[]): SecretBox {
  const [current] = keys;
  if (!current) throw new Error('a secret box needs at least one key');
  const { id: currentId, bytes: currentKey } = current;

  function encrypt(bytes: Uint8Array, purpose: string): Parts {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(ALGORITHM, currentKey, iv).setAAD(Buffer.from(purpose));
    const ciphertext = Buffer.concat([cipher.update(bytes), cipher.final()]);
    return { keyId: currentId, iv, tag: cipher.getAuthTag(), ciphertext };
  }

  function decrypt({ keyId, iv, tag, ciphertext }: Parts, purpose: string): Buffer {
    const key = keys.find((candidate) => candidate.id === keyId);
    if (!key) throw new Error(`ENCRYPTION_KEYS lacks the key "${keyId}" that something stored was encrypted with.`);
    const decipher = createDecipheriv(ALGORITHM, key.bytes, iv, { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(purpose))
      .setAuthTag(tag);
    return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
  }

  return {
    currentKeyId: currentId,
    seal(text, purpose) {
      const { keyId, iv, tag, ciphertext } = encrypt(Buffer.from(text), purpose);
      return [keyId, ...[iv, tag, ciphertext].map((part) => Buffer.from(part).toString('base64url'))].join('.');
    },
    open(sealed, purpose) {
      const [keyId = '', iv = '', tag = '', ciphertext = ''] = sealed.split('.');
      const decode = (part: string): Buffer => Buffer.from(part, 'base64url');
      return decrypt({ keyId, iv: decode(iv), tag: decode(tag), ciphertext: decode(ciphertext) }, purpose).toString();
    },
    sealBytes(bytes, purpose) {
      const { keyId, iv, tag, ciphertext } = encrypt(bytes, purpose);
      return Buffer.concat([Buffer.of(keyId.length), Buffer.from(keyId), iv, tag, ciphertext]);
    },
    openBytes(sealed, purpose) {
      const ivAt = 1 + (sealed[0] ?? 0);
      const tagAt = ivAt + IV_BYTES;
      const textAt = tagAt + TAG_BYTES;
      const keyId = Buffer.from(sealed.subarray(1, ivAt)).toString();
      const iv = sealed.subarray(ivAt, tagAt);
      return decrypt({ keyId, iv, tag: sealed.subarray(tagAt, textAt), ciphertext: sealed.subarray(textAt) }, purpose);
    },
  };
}
