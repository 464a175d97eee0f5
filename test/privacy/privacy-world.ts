import { conversationClosed, conversationStarted, history, visitorUpdated } from '../simulators/iadvize-events.ts';
import { startBridgeWorld } from '../support/bridge-world.ts';
import { dumpOf, linesWith } from '../support/database-dump.ts';
import { eventually } from '../support/eventually.ts';

export interface SeenReceipt {
  id: string;
  requestedAt: string;
  finishedAt: string | null;
  erased: (Record<string, number> & { installation: string | null })[];
  subject: { by: string; salt: string; digest: string };
  installations: string[];
  remoteChats: { installation: string; destination: string; remoteId: string; status: string }[];
  publicKey: string;
  signature: string;
}

/** The bridge's world with people in it. */
export async function startPrivacyWorld(environment: NodeJS.ProcessEnv = {}) {
  const world = await startBridgeWorld(environment);
  const { service, rest, sender } = world;

  return {
    ...world,
    world,
    /** A person who talks in a conversation, and everything about them that must not stay. */
    person(name: string, websiteId: number, conversationId: number, known: object = {}) {
      const visitorId = conversationId.toString(16).padStart(45, 'b');
      const email = `${name}@people.example`;
      const ids = { platform: 'ha', websiteId, conversationId, visitorId, clientId: 7, operatorId: 9 };
      rest.setVisitor({ id: conversationId, unique_id: visitorId, firstname: name, lastname: 'Ruiz', email, ...known });
      rest.setConversation({
        id: conversationId,
        operator_id: 9,
        history: history([{ from: 'visitor', text: `words of ${name}` }]),
      });
      return {
        name,
        email,
        visitorId,
        conversation: `ha-${websiteId}:${conversationId}`,
        bytes: [name, email, visitorId, `:${conversationId}`],
        /** Of them, what a log may not say either: in a log, the number of a conversation stays and names nobody. */
        unsaid: [name, email, visitorId],
        started: (overrides: object = {}) => conversationStarted({ ...ids, ...overrides }),
        closed: (overrides: object = {}) => conversationClosed({ ...ids, ...overrides }),
        updated: () => visitorUpdated({ platform: 'ha', clientId: 7, visitorId }),
      };
    },
    async talk({ started }: { started(): object }, { conversation }: { conversation: string }) {
      await sender.send(started());
      return this.delivered(conversation);
    },
    /** Waits until every delivery of that conversation has arrived. */
    delivered(conversation: string) {
      return eventually(
        () => world.deliveries(conversation),
        (all) => all.length > 0 && all.every(({ status }) => status === 'delivered' || status === 'skipped'),
      );
    },
    async erase(body: object): Promise<SeenReceipt> {
      const answer = await service.admin<SeenReceipt>('POST', '/privacy/erase', body);
      if (answer.status !== 200) throw new Error(`erasing failed: ${JSON.stringify(answer)}`);
      return answer.body;
    },
    /** What the tables hold of these words. */
    traces: async (words: readonly string[]) => linesWith(await dumpOf(service.database), words),
    /** What the service's log, of all levels, says of these words. */
    logged: (words: readonly string[]) => linesWith(service.logs(), words),
    started: (email: string) => ({
      thulium: world.thulium.ledger.entries().filter((one) => one.kind === 'start' && one.client_email === email),
      xm: world.xm.ledger.entries().filter((one) => one.kind === 'guest' && one.email === email),
    }),
    /** How often the chats that were started for that address were ended. */
    ended(email: string): number {
      const { thulium, xm } = this.started(email);
      const stops = world.thulium.ledger
        .entries()
        .filter((one) => one.kind === 'stop' && thulium.some((start) => start.conversationId === one.conversationId));
      const leaves = world.xm.ledger
        .entries()
        .filter(
          (one) => one.kind === 'leave' && xm.some((guest) => guest.kind === 'guest' && guest.chatId === one.chatId),
        );
      return stops.length + leaves.length;
    },
  };
}

export type PrivacyWorld = Awaited<ReturnType<typeof startPrivacyWorld>>;
export type Person = ReturnType<PrivacyWorld['person']>;
