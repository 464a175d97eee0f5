import type { Random } from './seeded-random.ts';

/** One conversation as the visitor and the agents will have it. */
export interface Story {
  conversationId: number;
  /** The visitor's texts in their order; some are equal. The word in them must stand in no log. */
  texts: string[];
}

export const WEBSITE = 1;
export const SYSTEMS = ['thulium', 'xm', 'servicepattern'] as const;
export type System = (typeof SYSTEMS)[number];

/** What stands for the first and the last thing of every chat. */
export const OPENING = '(opening)';
export const END = '(end)';

export const openingOr = (text: string): string => (text.startsWith('[iAdvize] Conversation from') ? OPENING : text);

export const emailOf = (conversationId: number): string => `visitor${conversationId}@example.org`;
export const visitorIdOf = (conversationId: number): string => `e${conversationId.toString(16).padStart(44, '0')}`;
export const fullIdOf = (conversationId: number): string => `ha-${WEBSITE}:${conversationId}`;

export function conversationOfEmail(email: string | undefined): number | undefined {
  const digits = /^visitor(\d+)@example\.org$/.exec(email ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
}

export function tellStory(conversationId: number, random: Random): Story {
  const count = 2 + Math.floor(random() * 4);
  const texts = Array.from({ length: count }, (_, index) => (random() < 0.3 ? 'canary ok' : `canary ${index + 1}`));
  return { conversationId, texts };
}

/** What every agent must have seen of a conversation in the end. */
export const wholeOf = ({ texts }: Story): string[] => [OPENING, ...texts, END];
