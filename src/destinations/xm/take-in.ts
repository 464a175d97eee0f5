import type { RemoteMessage } from '../receiving.ts';
import { remember, type XmCursor } from './cursor.ts';
import type { XmSettings } from './definition.ts';
import { inOrder, isForPeople, isLeaving, keyOf, toEdit, toRemoteMessage } from './from-remote.ts';
import type { XmSession } from './session.ts';
import type { XmMessage } from './wire.ts';

export interface TakenIn {
  events: RemoteMessage[];
  cursor: XmCursor;
  /** Sequences are missing between what was known and what came. */
  hasGap: boolean;
  someoneLeft: boolean;
}

export interface TakeInContext {
  remoteId: string;
  /** Newest sequence of a history that was read back to what was known: nothing up to it is missing. */
  completeUpTo?: number | undefined;
  session: Pick<XmSession, 'isOurs'>;
  settings: Pick<XmSettings, 'relayEdits'>;
}

/**
 * What of these messages is new, and what of that is for the visitor: never our own, never a note among agents. The
 * cursor goes on as far as nothing is missing; what shows late, below it, is new all the same. A message whose key was
 * forgotten comes again then, under the same key.
 */
export function takeIn(before: XmCursor, messages: readonly XmMessage[], context: TakeInContext): TakenIn {
  const { remoteId, session, settings, completeUpTo = -Infinity } = context;
  const taken: TakenIn = { events: [], cursor: { ...before }, hasGap: false, someoneLeft: false };
  const { cursor } = taken;
  for (const [key, message] of byKey(remoteId, messages)) {
    const { sender, internal, deleted, updated, sequence } = message;
    const isKnown = cursor.recent.includes(key);
    const isBelow = sequence !== undefined && sequence <= (cursor.through ?? -Infinity);
    const isRelayed = !session.isOurs(sender?.id) && !internal && deleted !== true && isForPeople(message);
    if (isRelayed && !isKnown) taken.events.push(toRemoteMessage(remoteId, key, message));
    // Below the cursor it may be the edit of a message whose key was forgotten.
    const isEdit = updated === true && (isKnown || isBelow);
    if (isRelayed && isEdit && settings.relayEdits) taken.events.push(toEdit(remoteId, key, message));
    if (isKnown) continue;
    const follows = sequence !== undefined && (sequence <= completeUpTo || sequence === (cursor.through ?? NaN) + 1);
    if (follows && !isBelow) cursor.through = sequence;
    else taken.hasGap ||= sequence !== undefined && !isBelow;
    remember(cursor, key);
    if (isForPeople(message) && !internal) cursor.quietMs = 0;
    if (sender && !session.isOurs(sender.id)) {
      const others = cursor.agents.filter((id) => id !== sender.id);
      cursor.agents = isLeaving(message) ? others : [...others, sender.id];
      taken.someoneLeft ||= isLeaving(message);
    }
  }
  return taken;
}

/** Each message of this chat once, as it came last, in order. */
function byKey(remoteId: string, messages: readonly XmMessage[]): Map<string, XmMessage> {
  const ofChat = messages.filter(({ id }) => id?.chatId === undefined || id.chatId === remoteId);
  const last = new Map(ofChat.map((message) => [keyOf(message), message]));
  return new Map(
    inOrder([...last.values()]).flatMap((message) => {
      const key = keyOf(message);
      return key === undefined ? [] : [[key, message] as const];
    }),
  );
}
