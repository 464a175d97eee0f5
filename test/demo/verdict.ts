import { CONVERSATIONS, type DemoConversation, TRANSFER } from './conversations.ts';
import { type SeenChat, SYSTEMS } from './remote-chats.ts';

/** What the service says over its admin API. */
export interface SeenEvents {
  items: { status: string; duplicates: number; eventType: string | null }[];
}

export interface Finding {
  right: boolean;
  sentence: string;
}

/** Texts as the remote agent must see them, but for the context message and where long ones are split. */
function expectedTexts(conversation: DemoConversation): string[] {
  const said = conversation.lines.map(({ from, text }) => {
    if (from === 'visitor') return text;
    // The history of iAdvize does not say which of two agents wrote a line, so neither do we.
    if (from === 'operator') return `[Agent${conversation === TRANSFER ? '' : ' Marie'}] ${text}`;
    if (from === 'page') return `[iAdvize] Visited ${text}`;
    return `[iAdvize] ${text === 'OPERATOR_CHAT_CLOSE' ? 'The agent closed the conversation.' : text}`;
  });
  return conversation === TRANSFER ? ['[iAdvize] The conversation was transferred to Paul.', ...said] : said;
}

/** Judges the ledgers of the chat systems and what the service kept. */
export function judge(chats: readonly SeenChat[], events: SeenEvents, forgedStatus: number | null): Finding[] {
  const findings: Finding[] = [];
  const check = (right: boolean, sentence: string): void => void findings.push({ right, sentence });
  for (const system of SYSTEMS) {
    const own = chats.filter((chat) => chat.system === system);
    check(own.length === CONVERSATIONS.length, `${system} has one chat per conversation (${own.length})`);
    for (const conversation of CONVERSATIONS) {
      const chat = own.find((one) => one.email === conversation.person.email);
      const [context = '', ...rest] = chat?.texts ?? [];
      check(
        context.includes(`Conversation: ha-123:${conversation.number}`) &&
          rest.join('') === expectedTexts(conversation).join(''),
        `${system}, ${conversation.number}: every word, in order, once`,
      );
      check(chat?.ended === true, `${system}, ${conversation.number}: ended after the last word`);
    }
  }
  const total = events.items.length;
  const duplicates = events.items.reduce((sum, event) => sum + event.duplicates, 0);
  check(forgedStatus === 401, `the forged webhook got 401 (${forgedStatus})`);
  check(total === 7, `7 events are stored, and the forged one is not among them (${total})`);
  check(duplicates === 1, `the webhook that came twice was counted as a duplicate (${duplicates})`);
  return findings;
}
