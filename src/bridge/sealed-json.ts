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
