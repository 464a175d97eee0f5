import type { Checks } from './checks.ts';
import { WEBSITE } from './conversations.ts';
import type { DemoWorld } from './demo-world.ts';
import { detail, heading, milliseconds, say } from './narrator.ts';

interface SeenField {
  id: string;
  idParent?: string;
  label: string;
  fieldType: string;
  isRequired: boolean;
}

interface FormField {
  id: string;
  idParent?: string;
  label: Record<string, string>;
  fieldType: string;
  options?: { label: string; value: string }[];
}

/** The form an agent fills in when a conversation ends, as the installation describes it. */
export const CLOSING_FORM: FormField[] = [
  {
    id: 'reason',
    label: { en: 'What was it about?', fr: 'Quel était le sujet ?', pl: 'Czego dotyczyła rozmowa?' },
    fieldType: 'SELECT',
    options: [
      { label: 'Dostawa', value: 'delivery' },
      { label: 'Produkt', value: 'product' },
    ],
  },
  {
    id: 'ticket',
    label: { en: 'Create a ticket', fr: 'Créer un ticket', pl: 'Utwórz zgłoszenie' },
    fieldType: 'CHECKBOX',
  },
  {
    id: 'ticket_text',
    idParent: 'ticket',
    label: { en: 'Its subject', fr: 'Objet du ticket', pl: 'Temat zgłoszenia' },
    fieldType: 'TEXT',
  },
];

/** The closing form opens in the language of whoever fills it in. */
export async function playClosingForm({ plugin }: DemoWorld, { check }: Checks): Promise<void> {
  heading('First act: an agent closes a conversation');
  for (const language of ['fr', 'pl']) {
    const query = { idWebsite: `ha-${WEBSITE}`, operatorLocale: language, idOperator: 'ha-7' };
    const { body, ms } = await plugin.get<SeenField[]>('/iadvize/closing-options', query);
    say('agent', `loads the closing form (${language}) in ${milliseconds(ms)}`);
    for (const { label, fieldType, idParent } of body) {
      const box = fieldType === 'CHECKBOX' ? `[ ] ${label}` : `${label} ______`;
      detail(`│ ${idParent === undefined ? '' : '    '}${box}`);
    }
    const isRight = CLOSING_FORM.every(({ id, label, idParent }, index) => {
      const seen = body[index];
      return seen?.id === id && seen.label === label[language] && seen.idParent === idParent;
    });
    check(isRight && body.length === CLOSING_FORM.length, `every field is there, in order, in "${language}"`);
    const known = body.every(({ fieldType }) => ['TEXT', 'CHECKBOX'].includes(fieldType));
    check(known, 'a console of 2017 gets no field type that it does not know');
  }
}
