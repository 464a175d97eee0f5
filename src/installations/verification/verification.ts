import { isDeepStrictEqual } from 'node:util';
import type { DestinationType } from '../../destinations/contract.ts';
import { fault, type Finding } from '../../destinations/finding.ts';
import type { InstallerForm } from '../../destinations/installer-form.ts';
import { fieldPath } from '../../http/field-path.ts';
import { withDeadline } from '../../outgoing/deadline-client.ts';
import type { HttpClient } from '../../outgoing/http-client.ts';
import { hashInstallationKey } from '../installation-key.ts';
import type { InstallationStore, StoredInstallation } from '../installation-store.ts';
import { putSecrets } from '../setting-secrets.ts';
import { createSettingsSchema } from '../settings-schema.ts';
import { applyValues, type PlainValue, toStored } from './apply-values.ts';
import { knownSettings } from './known-settings.ts';
import { type AskRestKey, type PlainField, plainFields } from './plain-field.ts';
import { judgeSystemPart, readSystemPart, type SystemPart, toFault } from './system-part.ts';
import type { Fault } from './verification-body.ts';
import { withinTime } from './within-time.ts';

export const KEY_FIELD = 'installation_key';

/** iAdvize waits 5 s (product 3); the rest is for reading, storing and the way back. */
const LIMIT_MS = 4_500;

/** How often a step is judged anew when somebody else changed the installation meanwhile. */
const MAX_TURNS = 3;

export interface VerificationParts {
  store: InstallationStore;
  types: readonly DestinationType[];
  forms: readonly InstallerForm[];
  /** For addresses that a stranger typed. */
  http: HttpClient;
  askRestKey: AskRestKey;
  /** How long all checks of one step may take together, in ms. */
  limitMs?: number;
}

export interface Verification {
  /**
   * Judges the typed values of one step, by field id, by asking the systems they belong to. With the key of an
   * installation and no fault, stores them there; without, stores nothing. No fault means that the step is valid.
   */
  verify(submitted: ReadonlyMap<string, string>): Promise<Fault[]>;
}

interface Judgement {
  faults: Fault[];
  plain: PlainValue[];
  systems: SystemPart[];
}

export function createVerification(parts: VerificationParts): Verification {
  const { store, types, forms, http, askRestKey, limitMs = LIMIT_MS } = parts;
  const settingsSchema = createSettingsSchema(types);
  const plain = plainFields(types, http, askRestKey);

  async function judge(
    submitted: ReadonlyMap<string, string>,
    stored: StoredInstallation | undefined,
    deadline: number,
  ): Promise<Judgement> {
    const settings = stored ? putSecrets(stored.open, stored.secrets, types) : {};
    const systems = forms
      .map((form) => readSystemPart(form, submitted, knownSettings(form, settings, stored?.secrets ?? {})))
      .filter((part) => part !== undefined);
    const values = plain.filter(({ id }) => (submitted.get(id) ?? '').trim() !== '');
    const [ofSystems, ofPlain] = await Promise.all([
      Promise.all(systems.map((part) => judgeSystem(part, submitted, deadline))),
      Promise.all(values.map((field) => judgePlain(field, submitted.get(field.id) ?? '', stored, deadline))),
    ]);
    return {
      faults: [...ofSystems.flat(), ...ofPlain.flatMap(({ faults }) => faults)],
      plain: ofPlain.flatMap(({ value }) => value ?? []),
      systems,
    };
  }

  async function judgeSystem(part: SystemPart, submitted: ReadonlyMap<string, string>, deadline: number) {
    const late = fault(part.form.address, 'no-answer', `${part.form.title} did not answer in time. Try again.`);
    const findings = await withinTime(judgeSystemPart(part, withDeadline(http, deadline)), deadline, [late]);
    return findings.map((finding) => toFault(finding, part, submitted));
  }

  async function judgePlain(
    field: PlainField,
    text: string,
    site: StoredInstallation | undefined,
    deadline: number,
  ): Promise<{ faults: Fault[]; value?: PlainValue }> {
    const { id, setting, label } = field;
    const toFaults = (findings: Finding[]): Fault[] =>
      findings.filter(({ ok }) => !ok).map(({ code, sentence }) => ({ fieldId: id, code, sentence }));
    const read = field.form.safeParse(text);
    if (!read.success) {
      const sentence = `${label} ${read.error.issues[0]?.message ?? 'is not valid'}.`;
      return { faults: toFaults([fault(setting, 'wrong-form', sentence)]) };
    }
    const late = fault(
      setting,
      'no-answer',
      `${label} could not be checked: what it belongs to did not answer in time. Try again.`,
    );
    const faults = toFaults(await withinTime(field.check(read.data, site, deadline), deadline, [late]));
    return { faults, value: { setting, value: read.data } };
  }

  /** Stores what was judged good. False when the installation is not what it was when it was judged. */
  async function keep(stored: StoredInstallation, judged: Judgement): Promise<boolean | Fault> {
    const applied = applyValues(stored, judged.plain, judged.systems, types);
    const fits = settingsSchema.safeParse(applied.settings);
    if (!fits.success) {
      const [issue] = fits.error.issues;
      const where = issue ? fieldPath(issue) : '';
      const sentence = `The values do not fit the installation's other settings (${where}). Ask who runs this connector.`;
      return { fieldId: '', code: 'settings-do-not-fit', sentence };
    }
    const next = toStored(applied, types);
    if (isDeepStrictEqual(asJson(next), asJson({ open: stored.open, secrets: stored.secrets }))) return true;
    const { id, platform, websiteId, label, updatedAt } = stored;
    return store.replace({ id, platform, websiteId, label, ...next }, updatedAt);
  }

  return {
    async verify(submitted) {
      const deadline = performance.now() + limitMs;
      const key = (submitted.get(KEY_FIELD) ?? '').trim();
      for (let turn = 0; turn < MAX_TURNS; turn += 1) {
        // Hashed and asked for whatever the key is, and the checks below run either way: time tells nothing about keys.
        const stored = await store.findByKeyHash(hashInstallationKey(key));
        const judged = await judge(submitted, stored, deadline);
        if (key !== '' && !stored) judged.faults.unshift(WRONG_KEY);
        if (judged.faults.length > 0 || !stored) return judged.faults;
        const kept = await keep(stored, judged);
        if (kept !== false) return kept === true ? [] : [kept];
      }
      return [BUSY];
    },
  };
}

/** As the database will hold it. */
const asJson = (value: object): unknown => JSON.parse(JSON.stringify(value));

const WRONG_KEY: Fault = {
  fieldId: KEY_FIELD,
  code: 'wrong-key',
  sentence: 'This installation key is not known. Copy it again, or ask who runs this connector for a new one.',
};

const BUSY: Fault = {
  fieldId: '',
  code: 'rate-limited',
  sentence: 'The installation is being changed by others at this moment. Try again.',
};
