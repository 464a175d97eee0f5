import { setTimeout as sleep } from 'node:timers/promises';
import { conversationClosed, conversationStarted } from '../../simulators/iadvize-events.ts';
import type { Sender } from '../../simulators/iadvize-sender.ts';
import type { RemoteProcess } from './remote-process.ts';
import { between, type Random } from './seeded-random.ts';
import { type Story, tellStory, visitorIdOf, WEBSITE } from './story.ts';

/** A conversation with what the sender was told to send of it. */
export interface HeldConversation extends Story {
  startId: string;
  closeId: string;
  /** When its close was first sent: what an agent wrote before that belongs to the conversation. */
  closedAt: number;
}

/** How long the agents are waited for before a conversation closes without them. */
const PATIENCE_MS = 25_000;
/** Share of the conversations that close without waiting for anybody, their two events overtaking each other. */
const HASTY = 0.08;

export interface Visitors {
  conversations: readonly HeldConversation[];
  /** Begins no more and resolves when the events of all that have begun are handed over or given up. */
  stop(): Promise<void>;
}

/** Keeps so many conversations open at the same time until stopped. */
export function letVisitorsTalk(remote: RemoteProcess, sender: Sender, random: Random, atOnce: number): Visitors {
  const conversations: HeldConversation[] = [];
  let stopping = false;
  let lastId = 0;

  async function converse(): Promise<void> {
    const story = tellStory((lastId += 1), random);
    const [isHasty, pauseMs] = [random() < HASTY, between(random, 0, 1_500)];
    const { conversationId } = story;
    const ids = { platform: 'ha', websiteId: WEBSITE, conversationId, visitorId: visitorIdOf(conversationId) };
    await remote.learn(story);
    const start = conversationStarted(ids);
    const close = conversationClosed(ids);
    const held: HeldConversation = { ...story, startId: start.eventId, closeId: close.eventId, closedAt: Infinity };
    conversations.push(held);
    const starting = sender.send(start);
    if (!isHasty) {
      await starting;
      await remote.allAnswered(conversationId, PATIENCE_MS);
      await sleep(pauseMs);
    }
    held.closedAt = Date.now();
    await Promise.all([starting, sender.send(close)]);
  }

  async function place(): Promise<void> {
    while (!stopping) await converse();
  }

  const places = Array.from({ length: atOnce }, place);
  return {
    conversations,
    async stop() {
      stopping = true;
      await Promise.all(places);
    },
  };
}
