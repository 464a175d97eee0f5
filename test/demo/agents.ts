import { eventually } from '../support/eventually.ts';
import type { ServicepatternAgent } from '../simulators/servicepattern-agents.ts';
import type { DemoConversation } from './conversations.ts';
import type { DemoWorld } from './demo-world.ts';
import { say, short } from './narrator.ts';
import { seenChats, SYSTEMS, type SystemName } from './remote-chats.ts';
import { answersFrom, readTimeline } from './timeline.ts';

export interface SentFile {
  name: string;
  bytes: Buffer;
}

/** Something an agent did in a chat system: the demo's own record, which the timeline is compared with. */
export interface AgentLine {
  system: SystemName;
  conversation: DemoConversation;
  text: string;
  file?: SentFile;
}

const WAIT_MS = 20_000;

/** The agents of the three chat systems, by the handles of the simulators. */
export function createAgents(world: DemoWorld) {
  const { thulium, xm, servicepattern } = world;
  const lines: AgentLine[] = [];
  const joined = new Map<string, ServicepatternAgent>();

  function servicepatternAgent(chatId: string): ServicepatternAgent {
    const agent = joined.get(chatId) ?? servicepattern.agent(chatId, { firstName: 'Artur', lastName: 'M' });
    if (!joined.has(chatId)) agent.join();
    joined.set(chatId, agent);
    return agent;
  }
  const writers: Record<SystemName, (chatId: string, text: string) => unknown> = {
    Thulium: (chatId, text) => thulium.agentWrites(chatId, text),
    XM: (chatId, text) => xm.agentWrites(chatId, text),
    ServicePattern: (chatId, text) => servicepatternAgent(chatId).write(text),
  };
  const fileSenders: Record<SystemName, (chatId: string, file: SentFile) => unknown> = {
    Thulium: (chatId, file) => thulium.agentSends(chatId, { ...file, contentType: 'application/pdf' }),
    XM: (chatId, { name, bytes }) => xm.agentSendsFile(chatId, name, bytes),
    ServicePattern: (chatId, { name, bytes }) => servicepatternAgent(chatId).sendFile(name, bytes),
  };
  const chatOf = (system: SystemName, { person }: DemoConversation): string => {
    const chat = seenChats(world).find((one) => one.system === system && one.email === person.email);
    if (!chat) throw new Error(`${system} has no chat of ${person.email}`);
    return chat.chatId;
  };
  const linesOf = (system: SystemName, conversation: DemoConversation): AgentLine[] =>
    lines.filter((line) => line.system === system && line.conversation === conversation);

  return {
    lines,
    linesOf,
    chatOf,
    write(system: SystemName, conversation: DemoConversation, text: string): void {
      writers[system](chatOf(system, conversation), text);
      lines.push({ system, conversation, text });
      say('← agent', `${system}, ${conversation.number}: ${short(text)}`);
    },
    sendFile(system: SystemName, conversation: DemoConversation, file: SentFile): void {
      fileSenders[system](chatOf(system, conversation), file);
      lines.push({ system, conversation, text: '', file });
      say('← agent', `${system}, ${conversation.number}: 📎 ${file.name}`);
    },
    /** Until the conversation is a chat with its context in every system. */
    async areAsked({ person }: DemoConversation): Promise<void> {
      await eventually(
        () => seenChats(world).filter(({ email, texts }) => email === person.email && texts.length > 0),
        ({ length }) => length === SYSTEMS.length,
        WAIT_MS,
      );
    },
    /** Whether all that was written in these systems came to the conversation's timeline, files and all. */
    async areHeard(conversation: DemoConversation, systems: readonly SystemName[] = SYSTEMS): Promise<boolean> {
      const isHeard = (seen: Awaited<ReturnType<typeof readTimeline>>): boolean =>
        systems.every((system) => {
          const answers = answersFrom(system, seen);
          const isWhole = answers.every(({ files }) => files.every(({ status }) => status !== 'waiting'));
          return isWhole && answers.length >= linesOf(system, conversation).length;
        });
      const read = () => readTimeline(world, conversation);
      return eventually(read, isHeard, WAIT_MS).then(
        () => true,
        () => false,
      );
    },
  };
}

export type Agents = ReturnType<typeof createAgents>;
