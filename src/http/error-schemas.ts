import { z } from 'zod';
import { ERROR_TABLE, type ErrorCode } from './errors.ts';

/** Body of every answer that is a refusal (product 3). */
export const errorAnswer = z
  .object({
    error: z.object({
      code: z.enum(Object.keys(ERROR_TABLE) as [ErrorCode]).describe('What is wrong; the list is closed.'),
      message: z.string().describe('What to do next, in one sentence. Repeats nothing of what was sent.'),
      id: z.string().describe('Names this request in the log of the service.'),
      field: z
        .string()
        .optional()
        .describe('The part of the input that is at fault, as a dotted path: `destinations.0.settings.baseUrl`.'),
    }),
  })
  .meta({ id: 'Error', description: 'A refusal.' });
