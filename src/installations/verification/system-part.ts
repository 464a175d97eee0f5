import { fault, type Finding } from '../../destinations/finding.ts';
import type { InstallerField, InstallerForm, KnownSettings, SettingValue } from '../../destinations/installer-form.ts';
import type { HttpClient } from '../../outgoing/http-client.ts';
import type { Fault } from './verification-body.ts';

/** What one step says about one chat system, together with what is stored of it. */
export interface SystemPart {
  form: InstallerForm;
  /** Values of this step, read. */
  given: KnownSettings;
  /** Those and the stored ones they go with. */
  known: KnownSettings;
  /** What is wrong before anybody was asked. */
  problems: readonly Finding[];
}

/** Undefined when the step has nothing to say about this system. */
export function readSystemPart(
  form: InstallerForm,
  submitted: ReadonlyMap<string, string>,
  stored: KnownSettings,
): SystemPart | undefined {
  const typed = form.fields.filter(({ id }) => isFilled(submitted.get(id)));
  // An empty field is asked for only where the system was begun: a client may well have no account there.
  const begun = typed.length > 0 || Object.keys(stored).length > 0;
  if (!begun || !form.fields.some(({ id }) => submitted.has(id))) return undefined;

  const given: Record<string, SettingValue> = {};
  const problems: Finding[] = [];
  for (const { id, setting, label, form: reader } of typed) {
    const read = reader.safeParse(submitted.get(id));
    if (read.success) given[setting] = read.data;
    else problems.push(fault(setting, 'wrong-form', `${label} ${read.error.issues[0]?.message ?? 'is not valid'}.`));
  }
  // Stored secrets go with the address they were given for: whoever names another one must know them.
  const moves =
    given[form.address] !== undefined && given[form.address] !== (stored[form.address] ?? given[form.address]);
  const kept = Object.entries(stored).filter(([setting]) => !(moves && form.secretSettings.includes(setting)));
  const known = { ...form.constants, ...Object.fromEntries(kept), ...given };
  problems.push(...form.fields.filter(isMissing).map((field) => askFor(field, moves)));
  return { form, given, known, problems };

  function isMissing({ id, setting, isRequired }: InstallerField): boolean {
    if (!isRequired || known[setting] !== undefined || isFilled(submitted.get(id))) return false;
    return submitted.has(id) || (moves && form.secretSettings.includes(setting));
  }
}

const isFilled = (text: string | undefined): boolean => text !== undefined && text.trim() !== '';

function askFor({ setting, label }: InstallerField, moves: boolean): Finding {
  const why = moves ? 'must be entered again, since the address is another one' : 'is missing';
  return fault(setting, 'missing', `${label} ${why}.`);
}

/** Asks the system itself, unless the values are wrong already or none of them is new. */
export async function judgeSystemPart(part: SystemPart, http: HttpClient): Promise<Finding[]> {
  const { form, given, known, problems } = part;
  if (problems.length > 0 || Object.keys(given).length === 0) return [...problems];
  return (await form.check(known, http)).filter(({ ok }) => !ok);
}

/** A finding as the fault of a field of this step: its own, else the first that was typed for the same system. */
export function toFault(finding: Finding, part: SystemPart, submitted: ReadonlyMap<string, string>): Fault {
  const { fields } = part.form;
  const own = fields.find(({ id, setting }) => setting === finding.field && submitted.has(id));
  const near = fields.find(({ id, setting }) => setting in part.given && submitted.has(id));
  return { fieldId: own?.id ?? near?.id ?? '', code: finding.code, sentence: finding.sentence };
}
