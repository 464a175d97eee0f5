import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { EncryptionKey } from './encryption-keys.ts';

const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;

/** Encrypts text for one place: what was sealed for one `purpose` does not open for another. */
export interface SecretBox {
  /** `keyId.iv.tag.ciphertext`, base64url. */
  seal(text: string, purpose: string): string;
  /** Throws when the key is unknown, the text was altered, or it was sealed for another purpose. */
  open(sealed: string, purpose: string): string;
}

/** AES-256-GCM with the first key; opens with any of them, so a key can be retired by putting a new one before it. */
export function createSecretBox(keys: readonly EncryptionKey[]): SecretBox {
  const [current] = keys;
  if (!current) throw new Error('a secret box needs at least one key');
  return {
    seal(text, purpose) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv(ALGORITHM, current.bytes, iv).setAAD(Buffer.from(purpose));
      const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return [current.id, ...[iv, cipher.getAuthTag(), ciphertext].map((part) => part.toString('base64url'))].join('.');
    },
    open(sealed, purpose) {
      const [keyId, iv = '', tag = '', ciphertext = ''] = sealed.split('.');
      const key = keys.find((candidate) => candidate.id === keyId);
      if (!key) throw new Error(`ENCRYPTION_KEYS lacks the key "${keyId}" that something stored was encrypted with.`);
      const decipher = createDecipheriv(ALGORITHM, key.bytes, Buffer.from(iv, 'base64url'), { authTagLength: 16 })
        .setAAD(Buffer.from(purpose))
        .setAuthTag(Buffer.from(tag, 'base64url'));
      return Buffer.concat([decipher.update(Buffer.from(ciphertext, 'base64url')), decipher.final()]).toString('utf8');
    },
  };
}
