import { membersOf } from '../http/json-members.ts';
import { certainNames, type KnownAs, type PersonKey } from './person-key.ts';

/** What tells that an event is about a person. */
export interface Needles {
  /** In lower case. */
  emails: ReadonlySet<string>;
  /** iAdvize's ids of their browsers. */
  visitors: ReadonlySet<string>;
  /** The client's own ids. */
  externalIds: ReadonlySet<string>;
  /** Whole ids, "ha-123:456". */
  conversations: ReadonlySet<string>;
  /** The same as the source calls them, for events of no installation. */
  numbers: ReadonlySet<string>;
}

export function needlesOf(key: PersonKey, known: KnownAs, conversationIds: Iterable<string>): Needles {
  const { emails, externalIds } = certainNames(key, known);
  const conversations = new Set(conversationIds);
  const numbers = new Set([...conversations].map((id) => id.slice(id.indexOf(':') + 1)));
  return { emails, visitors: known.visitorIds, externalIds, conversations, numbers };
}

export interface Suspect {
  installationId: string | null;
  body: Uint8Array;
}

/** Shorter ids stand in texts by accident. */
const SHORTEST_ID_IN_TEXT = 12;

/** Whether the body of an event names the person, however it is written; of what does not parse, the words count. */
export function mentions({ installationId, body }: Suspect, needles: Needles): boolean {
  const text = Buffer.from(body).toString();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [text, decoded(text)].some((version) => wordsMention(version, needles));
  }
  const isOfToday = typeof value === 'object' && value !== null && 'projectId' in value;
  for (const { path, text: member } of membersOf(value)) {
    if (needles.emails.has(member.trim().toLowerCase())) return true;
    if (/conversation/i.test(path) && namesConversation(member, installationId, needles)) return true;
    if (!/visitor/i.test(path)) continue;
    if (needles.visitors.has(member)) return true;
    // Events of today name REST's own number of the visitor there, not the client's id (iAdvize contract 0.4).
    if (!isOfToday && /external/i.test(path) && needles.externalIds.has(member)) return true;
  }
  return false;
}

/** Two websites may have conversations of one number. */
const namesConversation = (text: string, installationId: string | null, needles: Needles): boolean =>
  installationId === null ? needles.numbers.has(text) : needles.conversations.has(`${installationId}:${text}`);

function wordsMention(text: string, { emails, visitors, numbers }: Needles): boolean {
  return text
    .split(/[^\p{L}\p{N}@._+-]+/u)
    .some(
      (word) =>
        emails.has(word.toLowerCase()) ||
        (word.length >= SHORTEST_ID_IN_TEXT && (visitors.has(word) || numbers.has(word))),
    );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
