import { z } from 'zod';
import type { FindingCode } from '../../destinations/finding.ts';
import type { Verdict2017, Verdict2018 } from './verification-schemas.ts';

/** Why a step is refused: the field at fault, empty when none of this step's fields is. */
export interface Fault {
  fieldId: string;
  code: FindingCode;
  sentence: string;
}

const name = z.string().min(1).max(200);
const valueText = z
  .union([z.string().max(4096), z.boolean(), z.number()])
  .nullish()
  .transform((value) => (value === null || value === undefined ? '' : String(value)));

const elementSchema = z
  .looseObject({
    id: name.optional().describe('The field, in the shape of 2017.'),
    key: name.optional().describe('The field, in the shape of 2018.'),
    value: valueText.describe('What was typed. Empty leaves what is stored.'),
  })
  .transform(({ id, key, value }, context) => {
    const field = key ?? id;
    if (field !== undefined) return { field, text: value, dialect: key === undefined ? '2017' : '2018' } as const;
    context.addIssue({ code: 'custom', message: 'needs an id or a key' });
    return z.NEVER;
  });

/** A step's fields in both spellings (iAdvize contract 1.3); elements may hold more than we read. */
export const verificationBodySchema = z.array(elementSchema).max(200);

export type VerificationBody = z.output<typeof verificationBodySchema>;

/** What was typed, by field id; a field that comes twice counts as it came last. */
export function submittedTexts(body: VerificationBody): ReadonlyMap<string, string> {
  return new Map(body.map(({ field, text }) => [field, text]));
}

/** The verdict in the shape that was asked in; in both at once where a body mixes them or says nothing. */
export function verdictFor(body: VerificationBody, faults: readonly Fault[]): Partial<Verdict2017 & Verdict2018> {
  const dialects = new Set(body.map(({ dialect }) => dialect));
  return {
    ...(dialects.has('2017') || dialects.size === 0 ? verdictOf2017(faults) : {}),
    ...(dialects.has('2018') || dialects.size === 0 ? verdictOf2018(faults) : {}),
  };
}

function verdictOf2017(faults: readonly Fault[]): Verdict2017 {
  if (faults.length === 0) return { isValid: true };
  const ofFields = faults.filter(({ fieldId }) => fieldId !== '');
  const others = faults.filter(({ fieldId }) => fieldId === '');
  return {
    isValid: false,
    message: others.map(({ sentence }) => sentence).join(' '),
    fields: ofFields.map(({ fieldId, sentence }) => ({ id: fieldId, message: sentence })),
  };
}

function verdictOf2018(faults: readonly Fault[]): Verdict2018 {
  return {
    isStepValid: faults.length === 0,
    errors: faults.map(({ fieldId, code, sentence }) => ({ code, description: sentence, parameterKey: fieldId })),
  };
}
