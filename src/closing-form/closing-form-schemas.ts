import { z } from 'zod';

const text = z.string().optional();

/** Query of `GET /iadvize/closing-options`; every member is optional on the wire. */
export const closingOptionsQuery = z.object({
  idWebsite: text.describe('Website, bare or with its platform: `123` or `ha-123`. Unknown: `[]`.'),
  idConnectorVersion: text.describe('Tells two platforms apart that have the same website number.'),
  operatorLocale: text.describe('Language of the labels: `fr`, `fr_FR` or `fr-FR`.'),
  idOperator: text.describe('Taken and not needed.'),
});

/** A field as iAdvize's console takes it (contract 1.8). */
const shownField = z
  .object({
    id: z.string(),
    idParent: z.string().optional().describe('The field shows with this one.'),
    label: z.string(),
    fieldType: z
      .enum(['TEXT', 'CHECKBOX', 'SELECT', 'TEXTAREA', 'INTEGER', 'DECIMAL'])
      .describe('`TEXT` or `CHECKBOX`, unless the installation’s `consoleFeatures` names more.'),
    isRequired: z.boolean(),
    options: z.array(z.object({ label: z.string(), value: z.string() })).optional(),
  })
  .meta({ id: 'ClosingField' });

export type ShownField = z.infer<typeof shownField>;

/** Answer of `GET /iadvize/closing-options`. */
export const closingOptionsAnswer = z.array(shownField);
