import { z } from 'zod';
import type { HttpClient } from '../outgoing/http-client.ts';
import type { Finding } from './finding.ts';

export type SettingValue = string | number;

/** Settings by dotted path ("captcha.captchaId"); what is not known yet is not there. Holds secrets: never log it. */
export type KnownSettings = Readonly<Record<string, SettingValue>>;

export interface Choice {
  label: string;
  value: string;
}

/** One field of the marketplace's installation form. */
export interface InstallerField {
  /** Its id in the marketplace: "thulium_api_user" (product 3). */
  id: string;
  /** The setting it fills, as a dotted path. */
  setting: string;
  /** How a sentence names it: "The API user". */
  label: string;
  isRequired: boolean;
  /** Reads what was typed; the message of a failure goes on from the label: "must be a number". */
  form: z.ZodType<SettingValue, string>;
  /** The values to pick from, or a sentence why there are none. Never throws for what the system does. */
  choices?(known: KnownSettings, http: HttpClient): Promise<Choice[] | string>;
}

/** What a client's administrator types about one system, and how that is judged before a destination is made of it. */
export interface InstallerForm {
  /** Type of the destination that these values make, and its id. */
  type: string;
  title: string;
  fields: readonly InstallerField[];
  /** Settings that go without asking. */
  constants: KnownSettings;
  /** The setting with the address, and those that must not travel to another one. */
  address: string;
  secretSettings: readonly string[];
  /** Asks the system itself, as far as what is known allows; nothing found when it does not. Writes nothing there. */
  check(known: KnownSettings, http: HttpClient): Promise<Finding[]>;
}

/** Text without the blanks that come along when something is pasted. */
export const trimmed = z.string().trim().min(1, 'must not be empty');

/** As typed: a password may begin with a blank. */
export const verbatim = z.string().min(1, 'must not be empty');

export const wholeNumber = trimmed.regex(/^\d{1,9}$/, 'must be a number').transform(Number);
