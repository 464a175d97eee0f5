import type { CarryDependencies } from '../../../src/bridge/carry-head.ts';
import { createHealthStore } from '../../../src/bridge/health-store.ts';
import type { ConfiguredDestination } from '../../../src/bridge/lane-context.ts';
import { createLaneStore } from '../../../src/bridge/lane-store.ts';
import { createRemoteChatStore } from '../../../src/bridge/remote-chat-store.ts';
import { createSettlementStore } from '../../../src/bridge/settlement-store.ts';
import { createWriteFence } from '../../../src/bridge/write-fence.ts';
import type { Destination } from '../../../src/destinations/contract.ts';
import { createLogger } from '../../../src/observability/logger.ts';
import type { Database } from '../../../src/persistence/database.ts';
import { createSecretBox } from '../../../src/persistence/secret-box.ts';
import { testConfig } from '../../support/test-environment.ts';
import { type SteppedWorker, steppedDatabase } from './stepped-worker.ts';

/** In ms, to the ticks of a play: a retry is due at the next one, a call is over by then, a settle time takes two. */
const DELIVERY = {
  ...{ sendTimeoutMs: 50_000, settleMs: 140_000, retryBaseMs: 50_000, retryMaxMs: 50_000, retryForMs: 1e12 },
  ...{ textLimit: 4_000, listenRetryBaseMs: 1, listenRetryMaxMs: 1, listenRefusedMs: 1 },
  ...{ breakerFailures: 4, breakerIntervalMs: 50_000 },
};

const silent = createLogger({ level: 'silent' });
const secretBox = createSecretBox(testConfig().ENCRYPTION_KEYS);

/** All that a courier works with, as the service has it, but for the chat system and the source. */
export function dependenciesOf(
  database: Database,
  worker: SteppedWorker,
  destination: Destination,
  transcriptOf: (conversationId: string) => readonly string[],
): CarryDependencies {
  const stepped = steppedDatabase(database, worker);
  const lanes = createLaneStore(stepped);
  const configured: ConfiguredDestination = {
    destination,
    delivery: DELIVERY,
    type: 'modelled',
    capabilities: {
      ...{ startCarriesText: false, canFindStarted: true, listensPerChat: false },
      ...{ sendsFiles: false, knowsOurIds: false, pushesHints: false },
    },
    ...{ siteLabel: 'Shop', uncertainPolicy: undefined, followUpMs: 0 },
  };
  return {
    database: stepped,
    lanes: {
      ...lanes,
      async beginAttempt(...given) {
        const attempt = await lanes.beginAttempt(...given);
        worker.sending = true;
        return attempt;
      },
      async beginIfWell(...given) {
        const attempt = await lanes.beginIfWell(...given);
        if (attempt) worker.sending = true;
        return attempt;
      },
    },
    settlements: createSettlementStore(stepped),
    chats: createRemoteChatStore(stepped, secretBox),
    source: {
      visitor: async () => ({ details: {} }),
      transcript: async ({ id }) => ({ entries: transcriptOf(id).map((text) => ({ author: 'visitor', text })) }),
      closingAnswers: async () => ({ submitted: false, lines: [], ticket: false }),
      operatorName: async () => undefined,
      otherIds: async () => [],
    },
    openConfigured: async () => configured,
    // The modelled chat system is called without a client.
    fence: createWriteFence({ request: () => Promise.reject(new Error('no client')), close: () => undefined }),
    readLast: async () => undefined,
    health: createHealthStore(stepped),
    logger: silent,
    worker: worker.name,
  };
}
