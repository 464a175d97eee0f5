import { releasingParked } from './compose-bridge.ts';
import { createRemoteRecords, type RemoteRecords } from './compose-listening.ts';
import { erasing } from './compose-privacy.ts';
import type { Config } from './config.ts';
import type { DestinationType } from './destinations/contract.ts';
import { createInstallationStore, type InstallationStore } from './installations/installation-store.ts';
import { createInstallations, type Installations } from './installations/installations.ts';
import type { Logger } from './observability/logger.ts';
import { createHttpClient, type HttpClient, type StreamingHttpClient } from './outgoing/http-client.ts';
import type { Database } from './persistence/database.ts';
import { createSecretBox, type SecretBox } from './persistence/secret-box.ts';
import type { ErasingDependencies } from './privacy/erase-person.ts';

export interface Given {
  config: Config;
  logger: Logger;
  database: Database;
  types: readonly DestinationType[];
}

/** What calls and workers both stand on; each thread has its own. */
export interface Common extends Given {
  secretBox: SecretBox;
  installationStore: InstallationStore;
  installations: Installations;
  records: RemoteRecords;
  erasing: ErasingDependencies;
  /** For addresses of the operator's own, which are iAdvize's. */
  trustedHttp: HttpClient;
  /** For those of installations, which are a stranger's. */
  guardedHttp: StreamingHttpClient;
  /** The same for long polls, which keep their connections: among the others they would leave none for the messages. */
  listeningHttp: HttpClient;
  closeClients(): void;
}

export function createCommon(given: Given): Common {
  const { config, database, types } = given;
  const guard = { allowPrivateAddresses: config.ALLOW_PRIVATE_UPSTREAMS };
  const trustedHttp = createHttpClient({ allowPrivateAddresses: true });
  const guardedHttp = createHttpClient(guard);
  const listeningHttp = createHttpClient({ ...guard, maxSocketsPerHost: Infinity });
  const secretBox = createSecretBox(config.ENCRYPTION_KEYS);
  const installationStore = releasingParked(createInstallationStore(database, secretBox), database);
  const records = createRemoteRecords(database, secretBox, config);
  return {
    ...given,
    secretBox,
    installationStore,
    installations: createInstallations(installationStore, types),
    records,
    erasing: erasing(database, secretBox, records),
    trustedHttp,
    guardedHttp,
    listeningHttp,
    closeClients: () => [guardedHttp, listeningHttp, trustedHttp].forEach((client) => client.close()),
  };
}
