import type { InstallerForm, KnownSettings, SettingValue } from '../../destinations/installer-form.ts';
import { pendingOf } from '../pending-values.ts';
import type { Secrets } from '../setting-secrets.ts';
import { isSettingsObject, settingAt, type SettingsObject } from '../setting-path.ts';

/**
 * The destination that a form's values belong to: the one of its own id, else the only one of its type, which the
 * operator made under another id. Undefined when one has still to be made.
 */
export function destinationOf(form: InstallerForm, settings: SettingsObject): SettingsObject | undefined {
  const listed = Array.isArray(settings['destinations']) ? settings['destinations'].filter(isSettingsObject) : [];
  const ofType = listed.filter((destination) => destination['type'] === form.type);
  return ofType.find((destination) => destination['id'] === form.type) ?? (ofType.length === 1 ? ofType[0] : undefined);
}

/** What is stored of a form's settings: the destination's, or the values still pending. `settings` with secrets in clear. */
export function knownSettings(form: InstallerForm, settings: SettingsObject, secrets: Secrets): KnownSettings {
  const destination = destinationOf(form, settings);
  if (!destination) return pendingOf(secrets, form.type);
  const own = isSettingsObject(destination['settings']) ? destination['settings'] : {};
  const entries = form.fields.map(({ setting }) => [setting, settingAt(own, setting)] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, SettingValue] => isValue(entry[1])));
}

const isValue = (value: unknown): value is SettingValue => typeof value === 'string' || typeof value === 'number';
