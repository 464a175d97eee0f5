import type { StartContext, StartSighting } from '../contract.ts';
import { DestinationFailure } from '../destination-failure.ts';
import type { StartedChat } from '../remote-chat.ts';
import type { ServicepatternClient } from './client.ts';
import type { ServicepatternSettings } from './definition.ts';
import { isOwn } from './own-events.ts';
import { type ServicepatternState, stateSchema } from './state.ts';
import { isMsgIdOfOurs, toChatRequest } from './to-remote.ts';
import type { ExpectedParameter, ServicepatternEvent, ServicepatternSession } from './wire.ts';

const OVER = new Set(['failed', 'completed']);
const hasEnded = ({ event, state = '' }: ServicepatternEvent): boolean =>
  event === 'chat_session_ended' || (event === 'chat_session_status' && OVER.has(state));

/**
 * Request Chat (contract 2.1): gives the session there is, so asking twice makes no second one. Throws
 * `DestinationFailure`: `notSent` outside the opening hours and while an older session is not gone yet.
 */
export async function startChat(
  context: StartContext,
  clientId: string,
  client: ServicepatternClient,
  settings: ServicepatternSettings,
): Promise<StartedChat> {
  if (settings.whenClosed === 'wait' && !(await client.isAvailable())) {
    throw new DestinationFailure('notSent', 'unavailable', { isClosed: true });
  }
  const session = await requested(context, client, settings);
  if (OVER.has(session.state ?? '')) throw new DestinationFailure('notSent', 'unavailable');
  if (session.is_new_chat) return { remoteId: session.chat_id, state: stateSchema.parse({ clientId }) };
  const adopted = await adopt(session, clientId, client);
  if (adopted === undefined) throw new DestinationFailure('notSent', 'unavailable');
  return adopted;
}

async function requested(
  context: StartContext,
  client: ServicepatternClient,
  settings: ServicepatternSettings,
): Promise<ServicepatternSession> {
  const expected = settings.askParameters ? await expectedOf(client) : [];
  try {
    return await client.requestChat(toChatRequest(context, expected, settings));
  } catch (error) {
    if (!(error instanceof DestinationFailure && error.kind === 'gone')) throw error;
    // Nothing can be over before it began: the address is wrong.
    throw new DestinationFailure('refused', 'request-refused', { httpStatus: error.httpStatus });
  }
}

/** A start does not fail for want of them: what keeps them from being read is told by the next call, if it matters. */
async function expectedOf(client: ServicepatternClient): Promise<ExpectedParameter[]> {
  try {
    return await client.expectedParameters();
  } catch (error) {
    if (error instanceof DestinationFailure) return [];
    throw error;
  }
}

/** Looks for the session that an earlier start may have made. */
export async function findStarted(
  clientId: string,
  client: ServicepatternClient,
  isTaken: (remoteId: string) => Promise<boolean>,
): Promise<StartSighting> {
  const session = await client.activeChat();
  if (!session || OVER.has(session.state ?? '')) return { outcome: 'notSent' };
  if (await isTaken(session.chat_id)) return { outcome: 'cannotTell' };
  const chat = await adopt(session, clientId, client);
  return chat ? { outcome: 'sent', chat } : { outcome: 'notSent' };
}

/** A session that was there already, with what was said in it by us; undefined when its history says that it is over. */
async function adopt(
  { chat_id: remoteId }: ServicepatternSession,
  clientId: string,
  client: ServicepatternClient,
): Promise<StartedChat | undefined> {
  const history = await historyOf(remoteId, client);
  if (!history || history.some(hasEnded)) return undefined;
  const delivered = history
    .filter((event) => isOwn(event, remoteId))
    .flatMap(({ msg_id: id }) => (id !== undefined && isMsgIdOfOurs(id, remoteId) ? [id] : []));
  return { remoteId, state: stateSchema.parse({ clientId, delivered }) satisfies ServicepatternState };
}

async function historyOf(remoteId: string, client: ServicepatternClient): Promise<ServicepatternEvent[] | undefined> {
  try {
    return await client.history(remoteId);
  } catch (error) {
    if (error instanceof DestinationFailure && error.kind === 'gone') return undefined;
    throw error;
  }
}
