import type { DestinationType } from '../../destinations/contract.ts';
import type { Choice, InstallerField, InstallerForm } from '../../destinations/installer-form.ts';
import { withDeadline } from '../../outgoing/deadline-client.ts';
import type { HttpClient } from '../../outgoing/http-client.ts';
import type { InstallationStore, StoredInstallation } from '../installation-store.ts';
import { putSecrets } from '../setting-secrets.ts';
import { installationCandidates, parseWebsiteRef, type Platform } from '../website-ref.ts';
import { knownSettings } from './known-settings.ts';
import { withinTime } from './within-time.ts';

/** A picker stands open while we ask. */
const LIMIT_MS = 3_000;
const CACHE_MS = 60_000;
const CACHE_ENTRIES = 500;

export interface ParameterOptionsParts {
  store: InstallationStore;
  types: readonly DestinationType[];
  forms: readonly InstallerForm[];
  http: HttpClient;
  defaultPlatform: Platform;
  /** How long the system may take to answer, in ms. */
  limitMs?: number;
  now?: () => number;
}

/**
 * The values a select picker offers for one parameter on one website. Never empty, since iAdvize forbids that: where
 * there is nothing to offer, one entry without a value says why.
 */
export type ParameterOptions = (parameter: string, website: string) => Promise<Choice[]>;

export function createParameterOptions(parts: ParameterOptionsParts): ParameterOptions {
  const { store, types, forms, http, defaultPlatform, limitMs = LIMIT_MS, now = Date.now } = parts;
  const cache = new Map<string, { choices: Choice[]; until: number }>();

  async function installationOn(website: string): Promise<StoredInstallation | undefined> {
    const ref = parseWebsiteRef(website);
    for (const id of ref ? installationCandidates(ref, defaultPlatform) : []) {
      const stored = await store.find(id);
      if (stored) return stored;
    }
    return undefined;
  }

  async function ask(form: InstallerForm, field: InstallerField, stored: StoredInstallation | undefined) {
    const settings = stored ? putSecrets(stored.open, stored.secrets, types) : {};
    const known = knownSettings(form, settings, stored?.secrets ?? {});
    const deadline = performance.now() + limitMs;
    const asked = field.choices?.(known, withDeadline(http, deadline)) ?? Promise.resolve(NO_LIST);
    const answer = await withinTime(asked, deadline, `${form.title} did not answer in time. Try again.`);
    return { answer, chosen: known[field.setting] };
  }

  return async (parameter, website) => {
    const form = forms.find(({ fields }) => fields.some(({ id }) => id === parameter));
    const field = form?.fields.find(({ id }) => id === parameter);
    if (!form || !field?.choices) return [{ label: NO_LIST, value: '' }];
    const stored = await installationOn(website);
    // Changed credentials make another entry, so nothing has to be forgotten.
    const entry = `${parameter}|${stored?.id ?? ''}|${stored?.updatedAt.getTime() ?? ''}`;
    const remembered = cache.get(entry);
    if (remembered && remembered.until > now()) return remembered.choices;
    const { answer, chosen } = await ask(form, field, stored);
    if (typeof answer !== 'string' && answer.length > 0) {
      if (cache.size >= CACHE_ENTRIES) cache.clear();
      cache.set(entry, { choices: answer, until: now() + CACHE_MS });
      return answer;
    }
    if (chosen !== undefined) return [{ label: `${chosen} (as stored)`, value: String(chosen) }];
    return [{ label: typeof answer === 'string' ? answer : NO_LIST, value: '' }];
  };
}

const NO_LIST = 'There is no list for this parameter. Type its value.';
