import { z } from 'zod';
import { pageQuerySchema } from '../http/paging.ts';
import { installationFilter } from '../installations/installation-in-path.ts';

const time = z.coerce.date();

export const destinationHealthQuery = pageQuerySchema.extend({
  installation: installationFilter.optional().describe('Only destinations of this installation: `ha-123`.'),
});

/** A destination as its calls have found it. */
export const shownHealth = z
  .object({
    installation: z.string(),
    destination: z.string(),
    type: z.string(),
    what: z.enum(['writing', 'reading']).describe('Readings of replies are judged apart from what is written.'),
    state: z
      .enum(['well', 'throttled', 'down'])
      .describe(
        '`down`: too many calls failed in a row, so its deliveries or readings wait and one tries now and then. `throttled`: it asked to be left alone for a while.',
      ),
    failures: z
      .number()
      .describe(
        'Calls in a row that brought no answer, or one of a server in trouble; those of one conversation in a row count once while it is not down.',
      ),
    lastCode: z.string().nullable(),
    downSince: time.nullable(),
    nextTryAt: time.nullable().describe('When one delivery or reading may try again.'),
    throttledUntil: time.nullable(),
  })
  .meta({ id: 'DestinationHealth' });

export type ShownHealth = z.infer<typeof shownHealth>;
