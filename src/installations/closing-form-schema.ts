import { z } from 'zod';

const closingField = z.strictObject({
  id: z.string().min(1).max(100),
  idParent: z.string().optional().describe('The field shows with this one.'),
  label: z.record(z.string(), z.string().min(1)).describe('By language: `{"en": "Subject", "fr": "Objet"}`.'),
  fieldType: z.enum(['TEXT', 'CHECKBOX', 'SELECT', 'TEXTAREA', 'INTEGER', 'DECIMAL']),
  isRequired: z.boolean().default(false),
  options: z.array(z.strictObject({ label: z.string(), value: z.string() })).optional(),
});

export type ClosingField = z.output<typeof closingField>;

/** `closingForm` of an installation: what the console could not show is refused here, naming the field. */
export const closingFormSchema = z
  .array(closingField)
  .max(50)
  .superRefine((fields, context) => {
    const byId = new Map(fields.map((field) => [field.id, field]));
    fields.forEach((field, index) => {
      const complain = (member: keyof ClosingField, message: string): void =>
        context.addIssue({ code: 'custom', path: [index, member], message: `"${field.id}" ${message}` });
      if (fields.findIndex((other) => other.id === field.id) < index) complain('id', 'is used twice');
      if (Object.keys(field.label).length === 0) complain('label', 'needs a label in at least one language');
      if (field.fieldType === 'SELECT' && !field.options?.length) complain('options', 'needs options to select from');
      if (field.idParent === undefined) return;
      if (!byId.has(field.idParent)) complain('idParent', `has a parent that does not exist: "${field.idParent}"`);
      else if (isItsOwnAncestor(field, byId)) complain('idParent', 'is its own parent, by way of others or directly');
    });
  });

function isItsOwnAncestor(field: ClosingField, byId: ReadonlyMap<string, ClosingField>): boolean {
  const seen = new Set<string>();
  for (let id = field.idParent; id !== undefined && !seen.has(id); id = byId.get(id)?.idParent) {
    if (id === field.id) return true;
    seen.add(id);
  }
  return false;
}
