import type { Ledger } from '../../simulators/ledger.ts';
import type { ServicepatternAgent } from '../../simulators/servicepattern-agents.ts';
import type { ChatSystems } from './faulty-systems.ts';
import type { WrittenAnswer } from './remote-messages.ts';
import { between, oneOf, type Random } from './seeded-random.ts';
import { conversationOfEmail, type System } from './story.ts';

const LOOK_EVERY_MS = 200;
/** The texts of one agent in one chat; equal ones are texts of their own. The word in them must stand in no log. */
const ANSWERS = [
  ['hello canary', 'canary ok', 'canary ok'],
  ['good morning canary', 'canary moment'],
  ['canary ok', 'here you are, canary', 'canary ok'],
];

interface StartedChat {
  chatId: string;
  conversationId: number;
}

/** In every chat that is started somebody answers, each text a little later than the one before. */
export function letAgentsAnswer(
  systems: ChatSystems,
  answers: Ledger<WrittenAnswer>,
  random: Random,
  onAnswered: (conversationId: number, system: System) => void,
): { stop(): void } {
  const { thulium, xm, servicepattern } = systems;
  const servicepatternAgents = new Map<string, ServicepatternAgent>();
  const write: Record<System, (chatId: string, text: string) => unknown> = {
    thulium: (chatId, text) => thulium.agentWrites(chatId, text),
    xm: (chatId, text) => xm.agentWrites(chatId, text),
    servicepattern(chatId, text) {
      const agent = servicepatternAgents.get(chatId) ?? servicepattern.agent(chatId);
      if (!servicepatternAgents.has(chatId)) agent.join();
      servicepatternAgents.set(chatId, agent);
      agent.write(text);
    },
  };
  const read: Record<System, () => StartedChat[]> = {
    thulium: newIn(thulium.ledger, (entry) =>
      entry.kind === 'start' ? { chatId: entry.conversationId, email: entry.client_email } : undefined,
    ),
    xm: newIn(xm.ledger, (entry) =>
      entry.kind === 'guest' ? { chatId: entry.chatId, email: entry.email } : undefined,
    ),
    servicepattern: newIn(servicepattern.ledger, (entry) =>
      entry.kind === 'chat' ? { chatId: entry.chatId, email: emailIn(entry.request) } : undefined,
    ),
  };

  function answer(system: System, { chatId, conversationId }: StartedChat, texts: readonly string[]): void {
    const [text, ...rest] = texts;
    if (text === undefined) return onAnswered(conversationId, system);
    setTimeout(
      () => {
        try {
          write[system](chatId, text);
        } catch {
          // The chat is over: nobody could write there any more.
          return onAnswered(conversationId, system);
        }
        answers.append({ system, chatId, conversationId, text });
        answer(system, { chatId, conversationId }, rest);
      },
      between(random, 50, 900),
    );
  }

  const timer = setInterval(() => {
    for (const system of Object.keys(read) as System[])
      for (const chat of read[system]()) answer(system, chat, oneOf(random, ANSWERS));
  }, LOOK_EVERY_MS);
  return { stop: () => clearInterval(timer) };
}

/** Gives the chats that were started since it was asked last. */
function newIn<Entry extends object>(
  ledger: Ledger<Entry>,
  startOf: (entry: Entry) => { chatId: string; email: string | undefined } | undefined,
): () => StartedChat[] {
  let seen = 0;
  return () => {
    const entries = ledger.entries();
    const fresh = entries.slice(seen);
    seen = entries.length;
    return fresh.flatMap((entry) => {
      const start = startOf(entry);
      const conversationId = conversationOfEmail(start?.email);
      return start && conversationId !== undefined ? [{ chatId: start.chatId, conversationId }] : [];
    });
  };
}

export function emailIn(request: Record<string, unknown>): string | undefined {
  const { email } = (request['parameters'] ?? {}) as { email?: string };
  return email;
}
