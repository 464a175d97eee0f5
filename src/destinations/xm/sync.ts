import { DestinationFailure } from '../destination-failure.ts';
import { isSuccess, jsonOf } from '../remote-call.ts';
import type { XmSettings } from './definition.ts';
import { xmFailure } from './failures.ts';
import type { XmSession } from './session.ts';
import { syncAnswerSchema, type XmMessage } from './wire.ts';

/** XM's own mark of how far a chat was read; echoed as it came. */
export type SyncMark = string | number;

/** One long poll (contract 3.3). Throws `DestinationFailure`. */
export async function syncOnce(
  session: XmSession,
  chatId: string,
  mark: SyncMark | undefined,
  settings: XmSettings,
  signal: AbortSignal,
): Promise<{ mark: SyncMark | undefined; messages: XmMessage[] }> {
  const query = new URLSearchParams({
    timeout: String(settings.pollTimeoutMs),
    chatId,
    onBackground: 'false',
    ...(mark !== undefined && { lastSyncedAt: String(mark) }),
  });
  const path = `sync?${query.toString()}`;
  const timeoutMs = settings.pollTimeoutMs + settings.pollGraceMs;
  const response = await session.call({ method: 'GET', path, effect: 'reads', timeoutMs, signal });
  if (!isSuccess(response)) throw xmFailure(response, 'reads');
  if (response.body.length === 0) return { mark, messages: [] };
  const answer = syncAnswerSchema.safeParse(jsonOf(response));
  if (!answer.success) throw new DestinationFailure('notSent', 'bad-answer', { httpStatus: response.status });
  const { lastSyncedAt = mark, messages } = answer.data;
  return { mark: lastSyncedAt, messages };
}
