import { DestinationFailure, type FailureCode } from './destination-failure.ts';

export type FindingCode =
  | FailureCode
  | 'works'
  | 'not-testable'
  | 'not-configured'
  | 'missing'
  | 'wrong-form'
  | 'unknown-choice'
  | 'not-a-feed'
  | 'wrong-key'
  | 'clock-skew'
  | 'slower-than-settle-time'
  | 'unknown-parameters'
  | 'import-failed'
  | 'settings-do-not-fit';

/** What one check of a configured system found. Holds no secret and nothing the remote system said. */
export interface Finding {
  ok: boolean;
  /** The setting at fault as a dotted path ("captcha.captchaId"); empty when all is well. */
  field: string;
  code: FindingCode;
  /** For an administrator: what is wrong and what to do. */
  sentence: string;
}

export const fine = (code: FindingCode, sentence: string): Finding => ({ ok: true, field: '', code, sentence });

export const fault = (field: string, code: FindingCode, sentence: string): Finding => ({
  ok: false,
  field,
  code,
  sentence,
});

const TROUBLE: Partial<Record<FailureCode, (title: string) => string>> = {
  unreachable: (title) => `${title} cannot be reached. Check the spelling of the address.`,
  'address-refused': () => 'The address is private or reserved and was not called. Enter a public one.',
  'no-answer': (title) => `${title} did not answer in time. Try again; if it stays so, check the address.`,
  'server-error': (title) => `${title} answered with an error of its own. Try again later.`,
  'rate-limited': (title) => `${title} refuses more calls for now. Try again in a minute.`,
  redirected: () => 'The address leads on to another one. Enter that one.',
  'request-refused': (title) => `${title} cannot be called with these values. Check them for stray characters.`,
};

/** A call that brought no usable answer, as a finding about `field`; `title` is what people call the system. */
export function troubleFinding(failure: DestinationFailure, field: string, title: string): Finding {
  const sentence = TROUBLE[failure.code];
  if (sentence) return fault(field, failure.code, sentence(title));
  return fault(field, 'bad-answer', `What answers at this address is not ${title}. Check the address.`);
}

/** Turns the `DestinationFailure` of a check into a finding; whatever else is thrown is a bug and passes. */
export async function findingsOrTrouble(check: Promise<Finding[]>, field: string, title: string): Promise<Finding[]> {
  try {
    return await check;
  } catch (error) {
    if (error instanceof DestinationFailure) return [troubleFinding(error, field, title)];
    throw error;
  }
}
