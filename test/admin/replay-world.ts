import { history } from '../simulators/iadvize-events.ts';
import { conversationOf, type SeenDelivery, startBridgeWorld } from '../support/bridge-world.ts';
import { eventually } from '../support/eventually.ts';
import { ADMIN_TOKEN } from '../support/test-environment.ts';

interface Refused {
  error?: { code: string; message: string };
}

/** A bridge with what an operator does about a delivery, and what Thulium's agent has seen. */
export async function startReplayWorld(...given: Parameters<typeof startBridgeWorld>) {
  const world = await startBridgeWorld(...given);
  let next = 4_000;

  const entriesOf = (conversationId: number) => {
    const entries = world.thulium.ledger.entries();
    const email = `ana${conversationId}@example.org`;
    const start = entries.find((entry) => entry.kind === 'start' && entry.client_email === email);
    return entries.filter((entry) => entry.conversationId === (start?.conversationId ?? ''));
  };

  return {
    ...world,
    /** A conversation that iAdvize knows with these texts of its visitor. */
    conversation(texts: string[], websiteId = 1) {
      const one = conversationOf(websiteId, (next += 1));
      one.readable(world, history(texts.map((text) => ({ from: 'visitor' as const, text }))));
      return one;
    },
    /** The chat of that conversation without its start and context message. */
    said: (conversationId: number): string[] =>
      entriesOf(conversationId)
        .slice(2)
        .map((entry) => (entry.kind === 'message' ? entry.text : entry.kind)),
    starts: (conversationId: number): number =>
      world.thulium.ledger
        .entries()
        .filter((entry) => entry.kind === 'start' && entry.client_email === `ana${conversationId}@example.org`).length,
    /** The first delivery of that conversation with this status. */
    with: async (conversation: { id: string }, status: string): Promise<SeenDelivery> =>
      (await eventually(
        async () => (await world.deliveries(conversation.id)).find((one) => one.status === status),
        (one) => one !== undefined,
      ))!,
    replay: (id: string, body?: unknown) =>
      world.service.admin<SeenDelivery & Refused>('POST', `/deliveries/${id}/replay`, body),
    /** `GET /metrics`. */
    async figures(): Promise<string> {
      const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
      return (await fetch(`${world.service.url}/metrics`, { headers })).text();
    },
    skip: (id: string) => world.service.admin<SeenDelivery & Refused>('POST', `/deliveries/${id}/skip`),
  };
}

export type ReplayWorld = Awaited<ReturnType<typeof startReplayWorld>>;
