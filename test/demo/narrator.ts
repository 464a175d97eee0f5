import type { ThuliumSimulator } from '../simulators/thulium-simulator.ts';
import type { XmSimulator } from '../simulators/xm-simulator.ts';
import type { SeenChat } from './remote-chats.ts';

const startedAt = performance.now();

/** One line of the timeline: seconds since the beginning, who, what. */
export function say(who: string, what: string): void {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(2).padStart(6);
  console.log(`${seconds}s  ${who.padEnd(9)} ${what}`);
}

export function heading(text: string): void {
  console.log(`\n── ${text} ${'─'.repeat(Math.max(3, 96 - text.length))}`);
}

const short = (text: string): string => {
  const line = text.replaceAll('\n', ' · ');
  return line.length > 78 ? `${line.slice(0, 77)}…` : line;
};

/** Tells what arrives in the chat systems as it happens. */
export function followChatSystems(thulium: ThuliumSimulator, xm: XmSimulator): () => void {
  const told = { thulium: 0, xm: 0, refused: 0 };
  const timer = setInterval(() => {
    for (const entry of thulium.ledger.entries().slice(told.thulium)) {
      told.thulium += 1;
      if (entry.kind === 'start') say('→ Thulium', `chat started for ${entry.client_name} ${entry.client_surname}`);
      if (entry.kind === 'message') say('→ Thulium', short(entry.text));
      if (entry.kind === 'stop') say('→ Thulium', 'chat ended');
    }
    for (const entry of xm.ledger.entries().slice(told.xm)) {
      told.xm += 1;
      if (entry.kind === 'guest') say('→ XM', `room opened for ${entry.name}: ${short(entry.message)}`);
      if (entry.kind === 'message') say('→ XM', short(entry.text));
      if (entry.kind === 'leave') say('→ XM', 'chat ended');
    }
    for (const { method, path, status } of thulium.requests.entries().slice(told.refused)) {
      told.refused += 1;
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
