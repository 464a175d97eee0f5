/** A settings object as it was given, before any schema read it. */
export type SettingsObject = Record<string, unknown>;

export const isSettingsObject = (value: unknown): value is SettingsObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What stands at a dotted path ("captcha.captchaId"); undefined where a step of it is missing. */
export function settingAt(settings: SettingsObject, path: string): unknown {
  return path.split('.').reduce<unknown>((at, step) => (isSettingsObject(at) ? at[step] : undefined), settings);
}

/** Puts a value at a dotted path, making the objects on the way. */
export function putSettingAt(settings: SettingsObject, path: string, value: unknown): void {
  const steps = path.split('.');
  const last = steps.pop() ?? '';
  let at = settings;
  for (const step of steps) {
    const next = at[step];
    const holder = isSettingsObject(next) ? next : {};
    at[step] = holder;
    at = holder;
  }
  at[last] = value;
}
