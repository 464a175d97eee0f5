import { INSTALLATION_SECRETS } from './installations/installation-store.ts';
import type { Logger } from './observability/logger.ts';
import type { Database } from './persistence/database.ts';
import { sealAnew } from './persistence/seal-anew.ts';
import type { SecretBox } from './persistence/secret-box.ts';
import { SEALED_ERASURES } from './privacy/erasure-store.ts';

/** What is kept for as long as it is wanted; everything else that is encrypted goes with its conversation. */
const KEPT = [INSTALLATION_SECRETS, ...SEALED_ERASURES];

/**
 * After a new key was put first: encrypts with it what is kept, so that the old one can go some day. Every other process
 * must know the new key by then.
 */
export async function sealKeptAnew(database: Database, secretBox: SecretBox, logger: Logger): Promise<void> {
  for (const sealed of KEPT) {
    const { count, unreadable } = await sealAnew(database, secretBox, sealed);
    const { table, column } = sealed;
    if (count > 0) logger.info({ event: 'sealed-anew', table, column, count });
    if (unreadable.length === 0) continue;
    const advice =
      'These do not open with ENCRYPTION_KEYS. Put the key back that they were encrypted with, behind the first one.';
    logger.error({ event: 'key-missing', table, column, ids: unreadable, advice });
  }
}
