import { DESTINATION_TYPES } from '../../src/destinations/registry.ts';
import { createInstallationStore } from '../../src/installations/installation-store.ts';
import { createInstallations, type Installations } from '../../src/installations/installations.ts';
import type { Database } from '../../src/persistence/database.ts';
import { createSecretBox } from '../../src/persistence/secret-box.ts';
import { testConfig } from '../support/test-environment.ts';

export const MASK = '********';
export const SECRETS = {
  apiPassword: 'canary-api-password',
  callbackPassword: 'canary-callback-password',
  captcha: 'canary-captcha-text',
  restApiKey: 'canary-rest-api-key',
  graphqlPassword: 'canary-graphql-password',
};
export const MASKED: typeof SECRETS = {
  apiPassword: MASK,
  callbackPassword: MASK,
  captcha: MASK,
  restApiKey: MASK,
  graphqlPassword: MASK,
};

export const thulium = (settings: object = {}, secrets = SECRETS) => ({
  id: 'thulium-main',
  type: 'thulium',
  role: 'primary',
  settings: {
    baseUrl: 'https://acme.thulium.com/api',
    apiUser: 'api_user',
    apiPassword: secrets.apiPassword,
    callbackPassword: secrets.callbackPassword,
    chatQueueId: 3,
    ...settings,
  },
});

export const xm = (settings: object = {}, secrets = SECRETS) => ({
  id: 'xm-watch',
  type: 'xm',
  role: 'watcher',
  settings: {
    baseUrl: 'https://xm.example/xm',
    captcha: { strategy: 'fixed', captchaId: 'c-agreed', captcha: secrets.captcha },
    ...settings,
  },
});

/** An installation that has every kind of secret. */
export const shop = (websiteId: number, changes: object = {}, secrets = SECRETS) => ({
  platform: 'ha',
  websiteId,
  label: `Shop ${websiteId}`,
  locale: 'fr-FR',
  iadvize: { restApiKey: secrets.restApiKey, graphqlUsername: 'client', graphqlPassword: secrets.graphqlPassword },
  destinations: [thulium({}, secrets), xm({}, secrets)],
  ...changes,
});

/** The registry itself, over this database and with these keys: what the rest of the service reads. */
export function installationsOf(database: Database, encryptionKeys?: string): Installations {
  const changes = encryptionKeys === undefined ? {} : { ENCRYPTION_KEYS: encryptionKeys };
  const secretBox = createSecretBox(testConfig(changes).ENCRYPTION_KEYS);
  return createInstallations(createInstallationStore(database, secretBox), DESTINATION_TYPES);
}

/** Every secret of an installation as it takes effect. */
export async function secretsOf(installations: Installations, id: string): Promise<object> {
  const { iadvize, destinations = [] } = (await installations.find(id))?.settings ?? {};
  const [ofThulium, ofXm] = destinations.map((destination) => destination.settings);
  return {
    apiPassword: ofThulium?.['apiPassword'],
    callbackPassword: ofThulium?.['callbackPassword'],
    captcha: (ofXm?.['captcha'] as { captcha?: string } | undefined)?.captcha,
    restApiKey: iadvize?.restApiKey,
    graphqlPassword: iadvize?.graphqlPassword,
  };
}
