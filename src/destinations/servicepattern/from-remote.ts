import { createHash } from 'node:crypto';
import { canonicalText } from '../canonical-text.ts';
import { htmlToText } from '../html-to-text.ts';
import type { RemoteEnd, RemoteMessage } from '../receiving.ts';
import { type Party, type ServicepatternCursor, withSeen } from './cursor.ts';
import type { ServicepatternSettings } from './definition.ts';
import { isOwn, partyOf } from './own-events.ts';
import { withForm, type ServicepatternState } from './state.ts';
import type { ServicepatternEvent } from './wire.ts';

/** Above this a time is in milliseconds, below in seconds (contract 3.2). */
const SECONDS_BELOW = 100_000_000_000;

export interface ReadEvents {
  messages: RemoteMessage[];
  end: RemoteEnd['reason'] | undefined;
  cursor: ServicepatternCursor;
  /** Forms to remember with the chat. */
  forms: ((stored: ServicepatternState) => ServicepatternState)[];
}

/**
 * What history and a batch after it tell that was not read before, in their order, and the first end. Either may be
 * empty. Unknown events are passed over, ours too. Pure: the same events and cursor give the same.
 */
export function readEvents(
  history: readonly ServicepatternEvent[],
  batch: readonly ServicepatternEvent[],
  before: ServicepatternCursor,
  chatId: string,
  settings: Pick<ServicepatternSettings, 'relayScenarioTexts' | 'askFormsAsText'>,
): ReadEvents {
  const seen = new Set(before.seen);
  const passedOver = new Set(before.passedOver);
  const parties = { ...before.parties };
  // History says itself from when on an agent was there.
  let connected = before.connected && !history.some(connects);
  const messages: RemoteMessage[] = [];
  const forms: ReadEvents['forms'] = [];
  const fresh: string[] = [];
  let end: RemoteEnd['reason'] | undefined;

  for (const event of [...history, ...batch]) {
    if (isJoining(event) && event.party_id !== undefined) parties[event.party_id] = partyIn(event);
    connected ||= connects(event);
    end ??= endIn(event);

    const form = formIn(event, settings);
    const message = messageIn(event, chatId, parties, connected) ?? (form && questionIn(event, form));
    if (!form && !message) continue;
    const key = keyOf(event);
    if (seen.has(key)) continue;
    const isAnnounced = parties[partyOf(event) ?? ''] !== undefined;
    const isUnwanted = message && !form && !isWanted(message, settings);
    // Who was announced where we have not read yet may be no scenario: then, and only then, it is judged anew.
    if (!isAnnounced && (isUnwanted || passedOver.has(key))) {
      passedOver.add(key);
      continue;
    }
    passedOver.delete(key);
    seen.add(key);
    fresh.push(key);
    if (form) forms.push(withForm(form));
    if (message && !isUnwanted) messages.push({ ...message, remoteId: chatId, key });
  }
  return { messages, end, cursor: withSeen({ ...before, parties, connected }, fresh, passedOver), forms };
}

const isJoining = ({ event }: ServicepatternEvent): boolean => event === 'chat_session_party_joined';

const connects = (event: ServicepatternEvent): boolean =>
  isJoining(event)
    ? partyIn(event).role === 'agent'
    : event.event === 'chat_session_status' && event.state === 'connected';

/** Files are no texts: they are always wanted. */
const isWanted = ({ author, files }: Content, { relayScenarioTexts }: { relayScenarioTexts: boolean }): boolean =>
  relayScenarioTexts || author.role !== 'bot' || files.length > 0;

type Content = Omit<RemoteMessage, 'remoteId' | 'key'>;

function messageIn(
  event: ServicepatternEvent,
  chatId: string,
  parties: Readonly<Record<string, Party>>,
  connected: boolean,
): Content | undefined {
  const system = { role: 'system' } as const;
  switch (event.event) {
    case 'chat_session_message':
    case 'chat_session_location':
    case 'chat_session_file':
      return isOwn(event, chatId) ? undefined : contentOf(event, authorOf(partyOf(event), parties, connected));
    case 'chat_session_timeout_warning':
    case 'chat_session_inactivity_timeout':
    case 'chat_session_inactvity_timeout':
      return contentOf(event, system);
    default:
      return undefined;
  }
}

export function contentOf(event: ServicepatternEvent, author: Content['author']): Content | undefined {
  const files =
    event.event === 'chat_session_file' && event.file_id !== undefined
      ? [{ id: event.file_id, name: event.file_name ?? event.file_id }]
      : [];
  const text = event.event === 'chat_session_location' ? placeOf(event) : textOf(event);
  if (text === '' && files.length === 0) return undefined;
  const sentAt = timeOf(event.timestamp);
  return { kind: 'message', author, text, files, ...(sentAt && { sentAt }) };
}

/** Who is not known spoke before anybody joined, as the scenario does; later it is the agent's side. */
export function authorOf(
  party: string | undefined,
  parties: Readonly<Record<string, Party>>,
  connected: boolean,
): Content['author'] {
  if (party === undefined || party === '') return { role: 'system' };
  const { role, name } = parties[party] ?? { role: connected ? 'agent' : 'bot' };
  return { role, ...(name !== undefined && { name }) };
}

export function partyIn({ type, display_name, first_name, last_name }: ServicepatternEvent): Party {
  const names = [display_name, [first_name, last_name].filter(Boolean).join(' ')].map((text) => text?.trim());
  const name = names.find(Boolean);
  return { role: type === 'scenario' ? 'bot' : 'agent', ...(name && { name }) };
}

/** Why the chat is over, when an event says that it is. */
export function endIn({ event, state }: ServicepatternEvent): RemoteEnd['reason'] | undefined {
  switch (event) {
    case 'chat_session_ended':
      return 'ended';
    case 'chat_session_inactivity_timeout':
    case 'chat_session_inactvity_timeout':
      return 'inactive';
    case 'chat_session_status':
      return state === 'failed' ? 'failed' : state === 'completed' ? 'ended' : undefined;
    default:
      return undefined;
  }
}

type Form = NonNullable<ServicepatternState['form']>;

function formIn(
  event: ServicepatternEvent,
  { askFormsAsText }: Pick<ServicepatternSettings, 'askFormsAsText'>,
): Form | undefined {
  const { form_request_id: id, form_name: name = '' } = event;
  if (event.event !== 'chat_session_form_show' || id === undefined) return undefined;
  return name === '' || askFormsAsText ? { id, name } : undefined;
}

/** A free answer is asked for by the scenario's own text; a named form only by its name. */
function questionIn(event: ServicepatternEvent, { name }: Form): Content | undefined {
  return name === '' ? undefined : contentOf({ ...event, msg: name }, { role: 'bot' });
}

function textOf({ msg, msg_text: plain }: ServicepatternEvent): string {
  return plain !== undefined && plain.trim() !== '' ? canonicalText(plain) : htmlToText(canonicalText(msg ?? ''));
}

const placeOf = ({ url, latitude, longitude }: ServicepatternEvent): string =>
  [url, [latitude, longitude].filter((part) => part !== undefined).join(', ')].filter(Boolean).join(' ');

function timeOf(timestamp: string | undefined): Date | undefined {
  const value = Number(timestamp);
  if (!Number.isFinite(value) || value <= 0) return undefined;
  const time = new Date(value > SECONDS_BELOW ? value : value * 1000);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

/**
 * `event | party | msg_id | file_id | timestamp | text` (contract 5): message ids are small counters and repeat. In
 * seconds, since a time may come in either unit, and hashed, since keys are stored in clear.
 */
function keyOf(event: ServicepatternEvent): string {
  const seconds = Math.floor((timeOf(event.timestamp)?.getTime() ?? 0) / 1000);
  const parts = [
    event.event,
    partyOf(event),
    event.msg_id,
    event.file_id,
    seconds,
    textOf(event),
    event.form_request_id,
  ].map((part) => part ?? '');
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}
