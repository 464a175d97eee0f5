import type { Router } from 'express';
import { callbackRoutes, type Hint } from './callbacks/callback-routes.ts';
import { createIsOpenChat } from './callbacks/open-chat-store.ts';
import { registrationRoutes } from './callbacks/registration-routes.ts';
import type { Config } from './config.ts';
import type { DestinationType } from './destinations/contract.ts';
import type { Installations } from './installations/installations.ts';
import type { HttpClient } from './outgoing/http-client.ts';
import type { Database } from './persistence/database.ts';

export interface CallbacksWiring {
  config: Config;
  database: Database;
  installations: Installations;
  types: readonly DestinationType[];
  /** For addresses that came from an installation. */
  guardedHttp: HttpClient;
  hint: Hint;
}

/** `open` judges its callers itself; `admin` goes behind the admin guard. */
export function callbackRouters(wiring: CallbacksWiring): { open: Router; admin: Router } {
  const { config, database, installations, types, guardedHttp: http, hint } = wiring;
  return {
    open: callbackRoutes({ installations, types, isOpenChat: createIsOpenChat(database), hint }),
    admin: registrationRoutes({
      installations,
      types,
      dependencies: { http, now: () => new Date() },
      publicUrl: config.PUBLIC_URL,
    }),
  };
}
