import type { ClosingField } from '../installations/closing-form-schema.ts';
import { localeChain, textFor } from '../installations/operator-locale.ts';
import type { InstallationSettings } from '../installations/settings-schema.ts';
import type { ShownField } from './closing-form-schemas.ts';

type FormSettings = Pick<InstallationSettings, 'closingForm' | 'consoleFeatures' | 'locale'>;

/** The installation's form in the agent's language, with the field types that its console knows. */
export function presentForm(settings: FormSettings, operatorLocale: string | undefined): ShownField[] {
  const chain = localeChain(operatorLocale, settings.locale);
  return (settings.closingForm ?? []).map((field) => {
    const fieldType = knownType(field.fieldType, settings.consoleFeatures ?? []);
    return {
      id: field.id,
      ...(field.idParent !== undefined && { idParent: field.idParent }),
      label: textFor(field.label, chain) ?? field.id,
      fieldType,
      isRequired: field.isRequired,
      ...(fieldType === 'SELECT' && { options: field.options ?? [] }),
    };
  });
}

/** A console of 2017 knows two types; whatever can be typed is a text to it. */
function knownType(
  type: ClosingField['fieldType'],
  features: NonNullable<InstallationSettings['consoleFeatures']>,
): ClosingField['fieldType'] {
  return type === 'CHECKBOX' || features.some((feature) => feature === type) ? type : 'TEXT';
}
