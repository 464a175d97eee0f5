import { isSuccess, jsonOf } from '../remote-call.ts';
import { xmFailure } from './failures.ts';
import type { XmSession } from './session.ts';
import { membersAnswerSchema } from './wire.ts';

/**
 * Whether nobody but us is in the room: by its list of members, or, where guests may not read it, by who wrote and did not
 * leave since. Throws `DestinationFailure` when XM cannot be asked now.
 */
export async function agentsAreGone(
  session: XmSession,
  chatId: string,
  present: readonly string[],
  signal: AbortSignal,
): Promise<boolean> {
  const path = `chats/${encodeURIComponent(chatId)}`;
  const response = await session.call({ method: 'GET', path, effect: 'reads', signal });
  const passes = response.status === 429 || response.status >= 500;
  if (passes) throw xmFailure(response, 'reads');
  const answer = membersAnswerSchema.safeParse(isSuccess(response) ? jsonOf(response) : undefined);
  if (!answer.success) return present.length === 0;
  return answer.data.members.every(({ user }) => session.isOurs(user.id));
}
