import { z } from 'zod';
import type { KnownSettings, SettingValue } from '../destinations/installer-form.ts';
import type { Secrets } from './setting-secrets.ts';

/**
 * Verified values of a chat system whose other values are still to come: the marketplace asks in two steps. They lie
 * among the encrypted secrets, since nothing reads them but the next verification.
 */
const PREFIX = 'pending/';

const valueSchema = z.union([z.string(), z.number()]);

/** All pending values, but those of the systems named. */
export function pendingPart(secrets: Secrets, without: readonly string[] = []): Secrets {
  const left = Object.entries(secrets).filter(
    ([name]) => name.startsWith(PREFIX) && !without.some((type) => name.startsWith(`${PREFIX}${type}/`)),
  );
  return Object.fromEntries(left);
}

/** The pending values of one system, by setting. */
export function pendingOf(secrets: Secrets, type: string): KnownSettings {
  const prefix = `${PREFIX}${type}/`;
  const own = Object.entries(secrets).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(
    own.map(([name, text]) => [name.slice(prefix.length), valueSchema.parse(JSON.parse(text))]),
  );
}

/** The values of one system as they are stored. */
export function toPending(type: string, values: KnownSettings): Secrets {
  const name = (setting: string): string => `${PREFIX}${type}/${setting}`;
  return Object.fromEntries(
    Object.entries<SettingValue>(values).map(([setting, value]) => [name(setting), JSON.stringify(value)]),
  );
}
