import { ADMIN_TOKEN, ENCRYPTION_KEYS, SECRET } from './test-environment.ts';

/** Names of people in tests that are no words of a log. */
const NAMES = ['Ana', 'Ruiz', 'Ania', 'Kowalski', 'Zofia', 'Wójcik', 'Claire', 'Zoë', 'Artur'];

/** Those of the service itself; what installations trust it with has "canary" in it. */
const SECRETS = [SECRET, ADMIN_TOKEN, ENCRYPTION_KEYS.slice(ENCRYPTION_KEYS.indexOf(':') + 1)];

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
const anyOf = (texts: readonly string[]): string => texts.map(escaped).join('|');

/** What must stand in no log line, figure or error body, whoever it belongs to. */
const CANARIES: Readonly<Record<string, RegExp>> = {
  // Whatever a test wants to be sure of has this in it.
  canary: /canar/i,
  name: new RegExp(`(?<![\\p{L}\\d])(?:${anyOf(NAMES)})(?![\\p{L}\\d])`, 'u'),
  'e-mail': /[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b/i,
  secret: new RegExp(anyOf(SECRETS)),
  token: /\beyJ[\w-]{10,}\.[\w-]+/,
  credentials: /\b(?:Bearer|Basic) (?=[\w+/=.-]*[\dA-Z=])[\w+/=.-]{8,}/,
};

/** One sentence for each kind of thing that should not be there, with the text around it. */
export function leaksIn(where: string, text: string): string[] {
  return Object.entries(CANARIES).flatMap(([kind, pattern]) => {
    const found = pattern.exec(text);
    if (!found) return [];
    const around = text.slice(Math.max(found.index - 120, 0), found.index + found[0].length + 80);
    return [`${where} shows a ${kind}: …${around}…`];
  });
}
