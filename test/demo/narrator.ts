import { type ChatSimulators, effectsIn, type SeenChat, SYSTEMS } from './remote-chats.ts';

const startedAt = performance.now();

/** One line of the timeline: seconds since the beginning, who, what. */
export function say(who: string, what: string): void {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(2).padStart(6);
  console.log(`${seconds}s  ${who.padEnd(16)} ${what}`);
}

/** Goes on from the line above. */
export function detail(text: string): void {
  console.log(`${' '.repeat(26)}${text}`);
}

/** How long somebody waited. */
export const milliseconds = (ms: number): string => `${ms < 10 ? ms.toFixed(1) : ms.toFixed(0)} ms`;

export function heading(text: string): void {
  console.log(`\n── ${text} ${'─'.repeat(Math.max(3, 96 - text.length))}`);
}

/** On one line, cut where it would run over. */
export const short = (text: string): string => {
  const line = text.replaceAll('\n', ' · ');
  return line.length > 78 ? `${line.slice(0, 77)}…` : line;
};

/** Tells what arrives in the chat systems as it happens. */
export function followChatSystems(simulators: ChatSimulators): () => void {
  const told = new Map<string, number>();
  /** What was not told before. */
  const news = <Entry>(of: string, entries: Entry[]): Entry[] => {
    const before = told.get(of) ?? 0;
    told.set(of, entries.length);
    return entries.slice(before);
  };
  const timer = setInterval(() => {
    for (const system of SYSTEMS) {
      for (const effect of news(system, effectsIn(system, simulators))) {
        if (effect.kind === 'start') say(`→ ${system}`, `chat started for ${effect.name}`);
        if (effect.kind === 'text') say(`→ ${system}`, short(effect.text));
        if (effect.kind === 'end') say(`→ ${system}`, 'chat ended');
      }
    }
    for (const { method, path, status } of news('refusals', simulators.thulium.requests.entries())) {
      const where = path.replace(/[0-9a-f-]{36}/, '…');
      if (status === null) say('✗ Thulium', `cut the line instead of answering ${method} ${where}`);
      else if (status >= 500) say('✗ Thulium', `answered ${status} to ${method} ${where}`);
    }
  }, 20);
  return () => clearInterval(timer);
}

/** A remote chat as its agent would see it. */
export function showChat({ system, email, texts, ended }: SeenChat): void {
  console.log(`\n┌ ${system} · ${email} ${ended ? '(ended)' : '(open)'}`);
  for (const text of texts) console.log(`│ ${text.replaceAll('\n', '\n│   ')}`);
  console.log('└');
}
