import type { SecretBox } from '../persistence/secret-box.ts';

/** JSON values, encrypted for one place each. */
export interface SealedJson {
  /** `undefined` is kept as null. */
  seal(value: unknown, purpose: string): string;
  /** Throws when it was sealed for another purpose or with a key that is gone. */
  open(sealed: string, purpose: string): unknown;
}

export function createSealedJson(secretBox: SecretBox): SealedJson {
  return {
    seal: (value, purpose) => secretBox.seal(JSON.stringify(value ?? null), purpose),
    open: (sealed, purpose) => JSON.parse(secretBox.open(sealed, purpose)) as unknown,
  };
}

/** What was opened, by place, as long as it lies there sealed the same. In memory only. */
export type Opened = Map<string, { sealed: string; value: unknown }>;

/** Opens, or takes from `before`, what was opened there; everything of it is put into `now`. Its values are not to be changed. */
export function openRemembering(json: SealedJson, before: Opened, now: Opened): SealedJson['open'] {
  return (sealed, purpose) => {
    const known = before.get(purpose);
    const opened = known?.sealed === sealed ? known : { sealed, value: json.open(sealed, purpose) };
    now.set(purpose, opened);
    return opened.value;
  };
}
