import type { VisitorDetails } from '../destinations/contract.ts';
import type { ClosingAnswers, TranscriptEntry, Unreadable } from './conversation-source.ts';

/** Marks what nobody in the conversation wrote. Chat systems have no call for notes, so a note is a message that says so. */
export const NOTICE_PREFIX = '[iAdvize]';

/**
 * The text of one transcript entry as the remote agent reads it. The visitor's words stay as they are, since the remote
 * chat shows them as the visitor's; all others are marked with who said them.
 */
export function renderEntry(entry: TranscriptEntry): string {
  if (entry.author === 'visitor') return entry.text;
  if (entry.author === 'notice') return `${NOTICE_PREFIX} ${entry.text}`;
  return `[${entry.name === undefined ? 'Agent' : `Agent ${entry.name}`}] ${entry.text}`;
}

export interface ContextFacts {
  conversationId: string;
  siteLabel: string;
  channel?: string | undefined;
  agentName?: string | undefined;
  pageUrl?: string | undefined;
  visitor: VisitorDetails;
  visitorUnreadable?: Unreadable | 'source-unavailable' | undefined;
  /** The start was never announced: the conversation was found by its close, or by asking. */
  startUnheard: boolean;
}

/** The one context message of a remote chat: who, from where, which agent, which channel. */
export function renderContext(facts: ContextFacts): string {
  const { visitor } = facts;
  const name = [visitor.firstName, visitor.lastName].filter(Boolean).join(' ');
  const place = [visitor.city, visitor.country].filter(Boolean).join(', ');
  const lines: [string, string | undefined][] = [
    ['Visitor', name || 'anonymous'],
    ['E-mail', visitor.email],
    ['Phone', visitor.phone],
    ['Customer id', visitor.externalId],
    ['From', place || undefined],
    ['Page', facts.pageUrl],
    ['Agent', facts.agentName],
    ['Channel', facts.channel],
    ['Conversation', facts.conversationId],
  ];
  const text = [
    `${NOTICE_PREFIX} Conversation from ${facts.siteLabel}`,
    ...lines.filter(([, value]) => value !== undefined && value !== '').map(([label, value]) => `${label}: ${value}`),
  ];
  if (facts.visitorUnreadable)
    text.push(`The visitor's details could not be read: ${REASONS[facts.visitorUnreadable]}.`);
  if (facts.startUnheard) text.push('Its start was never announced; the conversation was found later.');
  return text.join('\n');
}

const REASONS: Record<Unreadable | 'source-unavailable', string> = {
  'no-credentials': 'this installation has no iAdvize API key',
  'credentials-refused': 'iAdvize refused the API key',
  'not-found': 'iAdvize does not know them',
  'no-matching-id': 'iAdvize gave no id to look them up by',
  'bad-answer': 'iAdvize gave an answer that does not fit its contract',
  'source-unavailable': 'iAdvize did not answer',
};

export function renderUnreadableTranscript(reason: Unreadable | 'source-unavailable'): string {
  const hint: Partial<Record<typeof reason, string>> = {
    'not-found': 'iAdvize does not know the conversation',
    'no-matching-id': 'iAdvize gave no number to look the conversation up by',
  };
  return `${NOTICE_PREFIX} The transcript could not be read: ${hint[reason] ?? REASONS[reason]}.`;
}

/** The answers of the closing form; a ticket asked for is worded as a request, since no chat system has a call for one. */
export function renderClosingAnswers({ lines, ticket }: ClosingAnswers): string {
  const title = `${NOTICE_PREFIX} Closing form${ticket ? ': please create a ticket' : ''}`;
  return [title, ...lines.map(({ label, value }) => `${label}: ${value}`)].join('\n');
}

/** Stands in the place of a message that the installation wants passed over when it is in doubt. */
export const renderPassedOver = (): string =>
  `${NOTICE_PREFIX} One message may be missing here: nobody can tell whether it arrived.`;

export function renderTransfer(agentName: string | undefined): string {
  return `${NOTICE_PREFIX} The conversation was transferred${agentName === undefined ? '' : ` to ${agentName}`}.`;
}

const CONTACT_FIELDS = [
  ['firstName', 'First name'],
  ['lastName', 'Last name'],
  ['email', 'E-mail'],
  ['phone', 'Phone'],
  ['city', 'City'],
  ['country', 'Country'],
  ['externalId', 'Customer id'],
] as const;

/** A short note with the contact fields that changed; undefined when none did. */
export function renderVisitorChange(before: VisitorDetails, after: VisitorDetails): string | undefined {
  const changes = CONTACT_FIELDS.filter(([field]) => (before[field] ?? '') !== (after[field] ?? '')).map(
    ([field, label]) => `${label}: ${after[field] ?? '(removed)'}`,
  );
  return changes.length === 0 ? undefined : `${NOTICE_PREFIX} The visitor's details changed. ${changes.join(', ')}`;
}
