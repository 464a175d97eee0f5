import type { DestinationType } from '../../destinations/contract.ts';
import type { KnownSettings } from '../../destinations/installer-form.ts';
import { pendingPart, toPending } from '../pending-values.ts';
import { putSecrets, type Secrets, takeSecrets } from '../setting-secrets.ts';
import { isSettingsObject, putSettingAt, type SettingsObject } from '../setting-path.ts';
import { destinationOf } from './known-settings.ts';
import type { SystemPart } from './system-part.ts';

export interface PlainValue {
  setting: string;
  value: string;
}

interface StoredSettings {
  open: object;
  secrets: Secrets;
}

/**
 * The settings after a verified step. A system that is complete becomes a destination, or completes the one there is;
 * the values of others wait. Pure: applying the same twice gives the same.
 */
export function applyValues(
  stored: StoredSettings,
  plain: readonly PlainValue[],
  systems: readonly SystemPart[],
  types: readonly DestinationType[],
): { settings: SettingsObject; pending: Secrets } {
  const settings = putSecrets(stored.open, stored.secrets, types);
  const touched = systems.map(({ form }) => form.type);
  const pending = pendingPart(stored.secrets, touched);
  for (const { setting, value } of plain) putSettingAt(settings, setting, value);
  for (const { form, given, known } of systems) {
    const destination = destinationOf(form, settings);
    if (destination) {
      const own = isSettingsObject(destination['settings']) ? destination['settings'] : {};
      for (const [setting, value] of Object.entries(given)) putSettingAt(own, setting, value);
      destination['settings'] = own;
      continue;
    }
    const made = nested(known);
    const type = types.find((candidate) => candidate.type === form.type);
    if (type?.settings.safeParse(made).success) addDestination(settings, form.type, made);
    else Object.assign(pending, toPending(form.type, withoutConstants(known, form.constants)));
  }
  return { settings, pending };
}

/** The settings and pending values as they are stored. */
export function toStored(
  { settings, pending }: { settings: SettingsObject; pending: Secrets },
  types: readonly DestinationType[],
): StoredSettings {
  const { open, secrets } = takeSecrets(settings, types);
  return { open, secrets: { ...secrets, ...pending } };
}

function addDestination(settings: SettingsObject, type: string, made: SettingsObject): void {
  const listed: unknown[] = Array.isArray(settings['destinations']) ? settings['destinations'] : [];
  const role = listed.length === 0 ? 'primary' : 'watcher';
  settings['destinations'] = [...listed, { id: type, type, role, settings: made }];
}

function nested(values: KnownSettings): SettingsObject {
  const settings: SettingsObject = {};
  for (const [setting, value] of Object.entries(values)) putSettingAt(settings, setting, value);
  return settings;
}

function withoutConstants(known: KnownSettings, constants: KnownSettings): KnownSettings {
  return Object.fromEntries(Object.entries(known).filter(([setting]) => !(setting in constants)));
}
