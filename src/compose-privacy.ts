import type { Router } from 'express';
import { type ConversationRecords, showConversation } from './admin/conversation-routes.ts';
import type { PreparedStart } from './bridge/start-step.ts';
import type { RemoteRecords } from './compose-listening.ts';
import type { Config } from './config.ts';
import type { Database } from './persistence/database.ts';
import type { SecretBox } from './persistence/secret-box.ts';
import type { ErasingDependencies } from './privacy/erase-person.ts';
import { createErasureStore } from './privacy/erasure-store.ts';
import { privacyRoutes } from './privacy/privacy-routes.ts';
import { createReceiptSigner } from './privacy/receipt.ts';

/** What erasing needs, in whichever process. */
export function erasing(database: Database, secretBox: SecretBox, { chats }: RemoteRecords): ErasingDependencies {
  return {
    database,
    store: createErasureStore(database, secretBox),
    sealed: {
      ofChat: (laneId, sealed) => ifReadable(() => chats.openVisitor(laneId, sealed)),
      ofStart: (laneId, sealed) => ifReadable(() => (chats.openStart(laneId, sealed) as PreparedStart).visitor),
    },
    onEnding: () => database.notices.send('lanes'),
  };
}

/** What a key encrypted that is gone is nobody's any more. */
function ifReadable<Value extends object>(open: () => Value): Value | Record<string, never> {
  try {
    return open();
  } catch {
    return {};
  }
}

/** `/admin/api/privacy/…`, to go behind the admin guard. */
export function privacyRouter(parts: ErasingDependencies, records: ConversationRecords, config: Config): Router {
  const { database } = parts;
  return privacyRoutes({
    ...parts,
    showConversation: (id) => showConversation(database, records, id, false),
    signer: createReceiptSigner(config.ENCRYPTION_KEYS),
    onUnfinished: () => database.notices.send('erasures'),
    async installationIds(only) {
      const rows = await database.query<{ id: string }>(`SELECT id FROM installation ORDER BY id`);
      const ids = rows.map(({ id }) => id).filter((id) => only === undefined || id === only);
      return only !== undefined && ids.length === 0 ? undefined : ids;
    },
  });
}
