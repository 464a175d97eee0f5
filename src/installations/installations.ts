import { z } from 'zod';
import type { DestinationType } from '../destinations/contract.ts';
import { HttpError } from '../http/errors.ts';
import { noInstallation } from './installation-in-path.ts';
import { hashInstallationKey, newInstallationKey } from './installation-key.ts';
import type { InstallationStore, NewInstallation, StoredInstallation } from './installation-store.ts';
import { pendingPart } from './pending-values.ts';
import { keepStoredSecrets, maskSecrets, putSecrets, type Secrets, takeSecrets } from './setting-secrets.ts';
import { createSettingsSchema, identitySchema, type InstallationSettings } from './settings-schema.ts';
import type { Platform } from './website-ref.ts';

/** An installation with its settings as they take effect: secrets in clear, defaults filled in. Never log one. */
export interface Installation {
  id: string;
  platform: Platform;
  websiteId: number;
  label: string;
  active: boolean;
  clientId?: string;
  settings: InstallationSettings;
}

/** What the API shows. Secrets are masked. */
export type ShownInstallation = Record<string, unknown> & { id: string };

export interface Installations {
  /** Throws 422 naming the field, 409 when the website has an installation already. The key is shown this once. */
  create(input: unknown): Promise<{ shown: ShownInstallation; installationKey: string }>;
  /** Replaces all settings but the secrets left out or sent back masked. Throws 404, 422. */
  replace(id: string, input: unknown): Promise<ShownInstallation>;
  /** Creates or replaces by platform and website id, without a key. `fileHash`: what the file said last. */
  apply(input: unknown, fileHash: string): Promise<'created' | 'updated' | 'unchanged'>;
  remove(id: string): Promise<void>;
  newKey(id: string): Promise<string>;
  show(id: string): Promise<ShownInstallation>;
  list(after: string | undefined, limit: number): Promise<ShownInstallation[]>;
  find(id: string): Promise<Installation | undefined>;
  idsOfClient(clientId: string): Promise<string[]>;
}

/** Members of a shown installation that are not settings: sent back in a PUT they change nothing. */
const SHOWN_ONLY = ['id', 'active', 'hasInstallationKey', 'createdAt', 'updatedAt'];

/** How often a change is tried anew when somebody else was quicker. */
const MAX_TURNS = 5;
/** Installations whose settings are kept in memory as they take effect. */
const MOST_OPENED = 1_000;

export function createInstallations(store: InstallationStore, types: readonly DestinationType[]): Installations {
  const settingsSchema = createSettingsSchema(types);
  // To decrypt and judge settings takes longer than to ask whether they changed.
  const opened = new Map<string, { version: string; installation: Installation }>();

  /** Validates input against what is stored; what is stored stays as it was given, so that defaults can change. */
  function read(input: unknown, stored: Secrets = {}): NewInstallation {
    const { platform, websiteId, ...settings } = identitySchema.parse(input);
    for (const name of SHOWN_ONLY) delete settings[name];
    const completed = keepStoredSecrets(settings, stored, types);
    const { label, clientId } = settingsSchema.parse(completed);
    const id = `${platform}-${websiteId}`;
    const identity = { id, platform, websiteId, label, ...(clientId !== undefined && { clientId: String(clientId) }) };
    return { ...identity, ...takeSecrets(completed, types) };
  }

  function show(stored: StoredInstallation): ShownInstallation {
    const { id, platform, websiteId, active, hasKey, createdAt, updatedAt, clientId } = stored;
    const settings = maskSecrets(stored.open, stored.secrets, types);
    const number = Number(clientId);
    // A number that JSON's readers would round is shown as text.
    const learned = clientId === undefined ? {} : { clientId: Number.isSafeInteger(number) ? number : clientId };
    return {
      id,
      platform,
      websiteId,
      ...settings,
      ...learned,
      active,
      hasInstallationKey: hasKey,
      createdAt,
      updatedAt,
    };
  }

  async function findOrThrow(id: string): Promise<StoredInstallation> {
    const stored = await store.find(id);
    if (!stored) throw noInstallation();
    return stored;
  }

  return {
    async create(input) {
      const installation = read(input);
      const installationKey = newInstallationKey();
      if (!(await store.insert({ ...installation, keyHash: hashInstallationKey(installationKey) }))) {
        throw new HttpError('conflict', `${installation.id} is installed already. Change it with PUT.`);
      }
      return { shown: show(await findOrThrow(installation.id)), installationKey };
    },
    async replace(id, input) {
      for (let turn = 0; turn < MAX_TURNS; turn += 1) {
        const stored = await findOrThrow(id);
        const identity = { platform: stored.platform, websiteId: stored.websiteId };
        const installation = read({ ...identity, ...z.looseObject({}).parse(input) }, stored.secrets);
        if (installation.id !== id) {
          const sentence = 'platform and websiteId: cannot be changed. Create another installation.';
          throw new HttpError('invalid-input', sentence, { field: 'websiteId' });
        }
        // Secrets left out are taken from what was read, so nothing may have been written in between.
        const secrets = { ...pendingPart(stored.secrets), ...installation.secrets };
        if (await store.replace({ ...installation, secrets }, stored.updatedAt)) return show(await findOrThrow(id));
      }
      throw new HttpError('conflict', `${id} is being changed by others at this moment. Try again.`);
    },
    async apply(input, fileHash) {
      const installation = { ...read(input), fileHash };
      const stored = await store.find(installation.id);
      if (stored?.fileHash === fileHash) return 'unchanged';
      if (!stored && (await store.insert(installation))) return 'created';
      await store.replace(installation);
      return 'updated';
    },
    async remove(id) {
      if (!(await store.remove(id))) await findOrThrow(id);
    },
    async newKey(id) {
      const key = newInstallationKey();
      if (!(await store.setKeyHash(id, hashInstallationKey(key)))) await findOrThrow(id);
      return key;
    },
    async show(id) {
      return show(await findOrThrow(id));
    },
    async list(after, limit) {
      return (await store.list(after, limit)).map(show);
    },
    async find(id) {
      // Read before the row: what is kept may be newer than its version says, never older.
      const version = await store.versionOf(id);
      const known = opened.get(id);
      if (known && known.version === version) return known.installation;
      const stored = await store.find(id);
      if (!stored || version === undefined) return undefined;
      const { platform, websiteId, label, active, clientId } = stored;
      const settings = settingsSchema.parse(putSecrets(stored.open, stored.secrets, types));
      const installation = {
        id,
        platform,
        websiteId,
        label,
        active,
        ...(clientId !== undefined && { clientId }),
        settings,
      };
      if (opened.size >= MOST_OPENED) opened.clear();
      opened.set(id, { version, installation });
      return installation;
    },
    idsOfClient: (clientId) => store.idsOfClient(clientId),
  };
}
