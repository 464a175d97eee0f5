import type { ShownConversation, ShownRemoteFile } from '../../src/admin/conversation-schemas.ts';
import { WEBSITE, type DemoConversation } from './conversations.ts';
import type { DemoWorld } from './demo-world.ts';
import { detail, short } from './narrator.ts';
import { SYSTEMS, type SystemName } from './remote-chats.ts';

/** What the admin API answers: times are texts there. */
type Texts<Shown> = Shown extends Date
  ? string
  : Shown extends readonly (infer One)[]
    ? Texts<One>[]
    : Shown extends object
      ? { [Key in keyof Shown]: Texts<Shown[Key]> }
      : Shown;
type SeenConversation = Texts<ShownConversation>;

/** What an agent of a chat system wrote, or the file they sent. */
export interface SeenAnswer {
  text: string;
  files: ShownRemoteFile[];
}

export async function readTimeline({ service }: DemoWorld, { number }: DemoConversation): Promise<SeenConversation> {
  const answer = await service.admin('GET', `/conversations/ha-${WEBSITE}:${number}`);
  if (answer.status !== 200) throw new Error(`no timeline of ${number}: ${await answer.text()}`);
  return (await answer.json()) as SeenConversation;
}

/** The answers of that system's agents in the order of the timeline. Destinations have the names of their types. */
export function answersFrom(system: SystemName, { timeline }: SeenConversation): SeenAnswer[] {
  return timeline.flatMap((entry) =>
    entry.kind === 'remote-message' && entry.destination === system.toLowerCase() ? [entry] : [],
  );
}

/** The same as the page of the conversation groups it: by chat. */
export function answersShownIn(system: SystemName, { destinations }: SeenConversation): SeenAnswer[] {
  const chat = destinations.find(({ destination }) => destination === system.toLowerCase())?.remoteChat;
  return (chat?.shows ?? []).filter(({ from }) => from === 'remote');
}

/** What the remote side did, in the order in which the service came to know it, and which tries came to nothing. */
export function showTimeline({ timeline }: SeenConversation): void {
  for (const entry of timeline) {
    if (entry.kind === 'event' || entry.kind === 'delivery') continue;
    const system = SYSTEMS.find((name) => name.toLowerCase() === entry.destination) ?? entry.destination;
    for (const line of linesOf(entry)) detail(`│ ${entry.at.slice(11, 23)}  ${system.padEnd(14)} ${short(line)}`);
  }
}

function linesOf(entry: SeenConversation['timeline'][number]): string[] {
  switch (entry.kind) {
    case 'remote-chat-opened':
      return ['chat opened'];
    case 'remote-chat-ended':
      return ['chat ended'];
    case 'attempt':
      return entry.outcome === 'delivered' ? [] : [`✗ attempt ${entry.number}: ${entry.outcome} (${entry.code})`];
    case 'remote-message': {
      const texts = entry.text === '' ? [] : [entry.text];
      const files = entry.files.map(({ name, size, status }) => `📎 ${name} (${size} bytes, ${status})`);
      return [...texts, ...files].map((line) => `${entry.name ?? entry.author}: ${line}`);
    }
    default:
      return [];
  }
}
