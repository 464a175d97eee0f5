import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** `forged`: never ours, or altered. `expired`: ours, but its time is over. */
export type LinkVerdict = 'valid' | 'forged' | 'expired';

/** Addresses of files that work for a while and for whoever has them. */
export interface FileLinks {
  /** An absolute address of that file. */
  make(fileId: string): string;
  judge(fileId: string, expires: string, signature: string): LinkVerdict;
}

export interface FileLinksOptions {
  /** 32 bytes each; the first signs, all of them verify. */
  keys: readonly { bytes: Buffer }[];
  /** Without a slash at its end. */
  publicUrl: string;
  lifetimeMs: number;
  now: () => Date;
}

// Not the encryption key itself: one key, one purpose.
const deriveKey = (bytes: Buffer): Buffer => Buffer.from(hkdfSync('sha256', bytes, '', 'file-links/1', 32));

/** `expires` is in seconds since 1970; the signature is HMAC-SHA256 over id and expiry, base64url. */
export function createFileLinks({ keys, publicUrl, lifetimeMs, now }: FileLinksOptions): FileLinks {
  const [signing, ...older] = keys.map(({ bytes }) => deriveKey(bytes));
  if (!signing) throw new Error('file links need at least one key');
  const sign = (key: Buffer, fileId: string, expires: string): Buffer =>
    createHmac('sha256', key).update(`${fileId}\n${expires}`).digest();

  return {
    make(fileId) {
      const expires = String(Math.ceil((now().getTime() + lifetimeMs) / 1000));
      const signature = sign(signing, fileId, expires).toString('base64url');
      return `${publicUrl}/files/${fileId}?${new URLSearchParams({ expires, signature }).toString()}`;
    },
    judge(fileId, expires, signature) {
      const given = Buffer.from(signature, 'base64url');
      // All of them, so that the time tells nothing about which one fits. One text per signature: base64 has several.
      const fits = [signing, ...older].map((key) => {
        const expected = sign(key, fileId, expires);
        return given.length === expected.length && timingSafeEqual(given, expected);
      });
      if (!fits.includes(true) || given.toString('base64url') !== signature) return 'forged';
      return Number(expires) * 1000 > now().getTime() ? 'valid' : 'expired';
    },
  };
}
