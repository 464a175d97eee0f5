import type { Request } from 'express';
import type { z } from 'zod';
import { HttpError } from './errors.ts';
import { assertStorable } from './storable-json.ts';

/** Parses `request.rawBody` as JSON and by the schema. Throws 415, 400 or (through zod) 422 naming the field. */
export function readJson<Schema extends z.ZodType>(request: Request, schema: Schema): z.output<Schema> {
  if (!request.is(['application/json', '+json'])) {
    throw new HttpError('unsupported-content-type', 'Send the body as application/json.');
  }
  let value: unknown;
  try {
    value = JSON.parse(request.rawBody.toString('utf8'));
  } catch {
    throw new HttpError('invalid-json', 'The body is not valid JSON.');
  }
  assertStorable(value);
  return schema.parse(value);
}
