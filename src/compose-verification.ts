import type { Config } from './config.ts';
import { DESTINATION_TYPES } from './destinations/registry.ts';
import { checkGraphqlLogin } from './iadvize/check-graphql-login.ts';
import { checkRestKey } from './iadvize/check-rest-key.ts';
import type { InstallationStore } from './installations/installation-store.ts';
import type { Installations } from './installations/installations.ts';
import type { AskGraphqlLogin } from './installations/verification/iadvize-check.ts';
import { createInstallationCheck } from './installations/verification/installation-check.ts';
import { installationCheckRoutes } from './installations/verification/installation-check-routes.ts';
import { createParameterOptions } from './installations/verification/parameter-options.ts';
import type { AskRestKey } from './installations/verification/plain-field.ts';
import { createVerification } from './installations/verification/verification.ts';
import { verificationRoutes } from './installations/verification/verification-routes.ts';
import { withDeadline } from './outgoing/deadline-client.ts';
import type { HttpClient } from './outgoing/http-client.ts';

export interface VerificationWiring {
  config: Config;
  installations: Installations;
  store: InstallationStore;
  /** For iAdvize's own addresses. */
  trustedHttp: HttpClient;
  /** For addresses that came from an installation. */
  guardedHttp: HttpClient;
  importTrouble: (installationId: string) => Promise<string | undefined>;
  /** How long the checks of one step, or a picker, may take, in ms; the product's own limits unless told. */
  limitMs?: number;
}

/** `signed` goes behind the signature check, `admin` behind the admin guard. */
export function verificationRouters(wiring: VerificationWiring) {
  const { config, installations, store, trustedHttp, guardedHttp: http, importTrouble, limitMs } = wiring;
  const forms = DESTINATION_TYPES.map(({ installer }) => installer);
  const restUrls = { sd: config.IADVIZE_REST_URL_SD, ha: config.IADVIZE_REST_URL_HA };
  const askRestKey: AskRestKey = (apiKey, site, deadline) => {
    const baseUrls = site ? [restUrls[site.platform]] : [...new Set(Object.values(restUrls))];
    const question = { apiKey, baseUrls, ...(site && { websiteId: site.websiteId }) };
    return checkRestKey(question, withDeadline(trustedHttp, deadline));
  };
  const askGraphqlLogin: AskGraphqlLogin = (credentials, deadline) =>
    checkGraphqlLogin(config.IADVIZE_OAUTH_URL, credentials, withDeadline(trustedHttp, deadline));
  const types = DESTINATION_TYPES;
  const limit = limitMs === undefined ? {} : { limitMs };
  const verification = createVerification({ store, types, forms, http, askRestKey, ...limit });
  const options = createParameterOptions({
    store,
    types,
    forms,
    http,
    defaultPlatform: config.DEFAULT_PLATFORM,
    ...limit,
  });
  return {
    signed: verificationRoutes(verification, options),
    admin: installationCheckRoutes(
      installations,
      createInstallationCheck({ types, http, askRestKey, askGraphqlLogin, importTrouble }),
    ),
  };
}
