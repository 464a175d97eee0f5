import { z } from 'zod';

/** Verdict in the shape of 2017 (iAdvize contract 1.3). */
export const verdict2017 = z
  .object({
    isValid: z.boolean(),
    message: z.string().optional().describe('What is wrong with no field of this step.'),
    fields: z.array(z.object({ id: z.string(), message: z.string() })).optional(),
  })
  .describe('Shape of 2017');

export type Verdict2017 = z.infer<typeof verdict2017>;

/** Verdict in the shape of 2018 (iAdvize contract 1.3). */
export const verdict2018 = z
  .object({
    isStepValid: z.boolean(),
    errors: z.array(z.object({ code: z.string(), description: z.string(), parameterKey: z.string() })),
  })
  .describe('Shape of 2018');

export type Verdict2018 = z.infer<typeof verdict2018>;

/** What a body that mixes the shapes gets. */
export const verdictInBoth = verdict2017.extend(verdict2018.shape).describe('Both at once');

/** Query of the select pickers. */
export const optionsQuery = z.object({
  idWebsite: z.string().optional().describe('Website whose stored settings are used to ask: `ha-123`.'),
});

/** Answer of the select pickers (iAdvize contract 1.4). */
export const optionsAnswer = z.array(z.object({ label: z.string(), value: z.string() }));

/** Answer of a check of an installation. */
export const checkAnswer = z.object({
  findings: z.array(
    z
      .object({
        subject: z.string().describe('A destination’s id, `iadvize`, `catalogue` or `installation`.'),
        ok: z.boolean(),
        field: z.string().describe('The setting at fault as a dotted path; empty when all is well.'),
        code: z.string(),
        sentence: z.string().describe('What is wrong and what to do.'),
      })
      .meta({ id: 'Finding' }),
  ),
});
