import { randomUUID } from 'node:crypto';

export const SAMPLE_EVENTS = [
  'conversation.started',
  'conversation.closed',
  'v2.conversation.pushed',
  'v2.conversation.closed',
] as const;

export interface SampleFacts {
  eventType: (typeof SAMPLE_EVENTS)[number];
  platform: 'ha' | 'sd';
  website: number;
  /** A number in the first dialect, a UUID in v2; made up where none is given. */
  conversation: string | undefined;
}

/**
 * A webhook's body as iAdvize writes it (iAdvize contract 2), with an event id of its own. It names no client: the
 * installation would learn that number and keep it.
 */
export function sampleEvent({ eventType, platform, website, conversation }: SampleFacts, now: Date): object {
  const common = { eventId: randomUUID(), eventType, platform };
  const times = { createdAt: now.toISOString(), sentAt: now.toISOString() };
  if (!eventType.startsWith('v2.')) {
    // Whole seconds with an offset, as in the first dialect.
    const at = now.toISOString().replace(/\.\d+Z$/, '+00:00');
    const ids = { websiteId: website, conversationId: conversation ?? Math.floor(now.getTime() / 1000) };
    const visitor = { operatorId: 1, channel: 'chat', visitorId: randomUUID().replaceAll('-', '').padEnd(45, '0') };
    return { ...common, ...ids, ...visitor, createdAt: at, sentAt: at };
  }
  const operators = eventType === 'v2.conversation.closed' ? { operatorIds: [1] } : { operatorId: 1 };
  const ids = { projectId: website, conversationId: conversation ?? randomUUID() };
  return { ...common, ...ids, ...operators, channel: 'CHAT', visitorId: randomUUID(), ...times };
}
