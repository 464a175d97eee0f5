import type { CallbackCredentials } from '../destinations/callbacks.ts';
import { sameSecret } from '../http/constant-time.ts';

/**
 * Whether an Authorization header shows these credentials, in a time that tells nothing about them. Nobody gets in
 * where there are none.
 */
export function showsCredentials(header: string | undefined, expected: CallbackCredentials | undefined): boolean {
  const [, encoded = ''] = /^Basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(header ?? '') ?? [];
  const given = Buffer.from(encoded, 'base64').toString('utf8');
  const isSame = sameSecret(given, `${expected?.user ?? ''}:${expected?.password ?? ''}`);
  return isSame && expected !== undefined;
}
