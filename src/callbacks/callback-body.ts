import { HttpError } from '../http/errors.ts';
import { assertStorable } from '../http/storable-json.ts';

/**
 * The members of a callback's body. Which encoding a system uses is documented nowhere, so the body itself tells: an
 * object in JSON, or a form. Throws 400 for JSON that does not parse, 422 for what no database can be asked about.
 */
export function readFields(body: Buffer): Record<string, unknown> {
  const fields = parse(body.toString('utf8').trim());
  assertStorable(fields);
  return fields;
}

function parse(text: string): Record<string, unknown> {
  if (!text.startsWith('{')) return Object.fromEntries(new URLSearchParams(text));
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw new HttpError('invalid-json', 'The body is not valid JSON.');
  }
}
