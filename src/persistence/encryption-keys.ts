import type { z } from 'zod';

export interface EncryptionKey {
  id: string;
  /** 32 bytes, AES-256. */
  bytes: Buffer;
}

const ENTRY = /^([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/]{43}=|[A-Za-z0-9_-]{43}=?)$/;

/** zod transform of ENCRYPTION_KEYS: `keyId:base64(32 bytes),…`, first encrypts. Reports by position, never by value. */
export function parseEncryptionKeys(text: string, context: z.RefinementCtx<string>): EncryptionKey[] {
  const keys = text.split(',').map((part, index) => {
    const [, id = '', encoded = ''] = ENTRY.exec(part.trim()) ?? [];
    if (id === '') {
      context.addIssue({ code: 'custom', message: `must be keyId:base64 of 32 bytes (number ${index + 1} is not)` });
    }
    return { id, bytes: Buffer.from(encoded, 'base64') };
  });
  if (new Set(keys.map((key) => key.id)).size !== keys.length) {
    context.addIssue({ code: 'custom', message: 'must not use one keyId twice' });
  }
  return keys;
}
