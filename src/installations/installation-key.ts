import { createHash, randomBytes } from 'node:crypto';

/** The key a client pastes into the marketplace form. 256 random bits: its hash needs no salt and no slow function. */
export function newInstallationKey(): string {
  return `ik_${randomBytes(32).toString('base64url')}`;
}

export function hashInstallationKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
