import { localeChain, textFor } from '../installations/operator-locale.ts';
import type { InstallationSettings } from '../installations/settings-schema.ts';

/** The box that asks for a ticket (product 5, "Notes"). */
const TICKET_FIELD = 'ticket';

/** How iAdvize writes a ticked box is documented nowhere (contract 1.8). */
const TICKED: ReadonlySet<string> = new Set(['true', '1', 'on', 'yes']);

export interface DescribedAnswers {
  /** False while there is no value at all: the form may still be on its way. */
  submitted: boolean;
  lines: { label: string; value: string }[];
  /** The ticket box is ticked. */
  ticket: boolean;
}

/**
 * The answers in the form's order and by its labels, in the installation's language. Boxes that are not ticked and empty
 * texts are left out, and so are values of fields that this form does not have: they are another connector's.
 */
export function describeAnswers(
  settings: Pick<InstallationSettings, 'closingForm' | 'locale'>,
  values: readonly { fieldId: string; value: string }[],
): DescribedAnswers {
  const chain = localeChain(undefined, settings.locale);
  const byId = new Map(values.map(({ fieldId, value }) => [fieldId, value.trim()]));
  let ticket = false;
  const lines = (settings.closingForm ?? []).flatMap((field) => {
    const value = byId.get(field.id) ?? '';
    if (value === '') return [];
    const label = textFor(field.label, chain) ?? field.id;
    if (field.fieldType !== 'CHECKBOX') {
      return [{ label, value: field.options?.find((option) => option.value === value)?.label ?? value }];
    }
    if (!TICKED.has(value.toLowerCase())) return [];
    if (field.id === TICKET_FIELD) ticket = true;
    return [{ label, value: 'yes' }];
  });
  return { submitted: (settings.closingForm ?? []).some(({ id }) => byId.has(id)), lines, ticket };
}
