import type { ConversationList, Listing } from './conversation-list.ts';
import type { Unreadable } from './conversation-source.ts';

const LONGEST_SPAN_MS = 30 * 24 * 60 * 60_000;
const SHORTEST_SPAN_MS = 60_000;

/** Lists what began from `from` on, up to `now` or as far as the source lists at once; `to` is how far that was. */
export async function readList(
  list: ConversationList,
  installationId: string,
  from: Date,
  now: Date,
): Promise<(Listing & { to: Date }) | { unreadable: Unreadable }> {
  let spanMs = Math.min(now.getTime() - from.getTime(), LONGEST_SPAN_MS);
  for (;;) {
    const to = new Date(from.getTime() + spanMs);
    const answer = await list.between(installationId, from, to);
    if ('listed' in answer) return { ...answer, to };
    if ('unreadable' in answer) return answer;
    if (spanMs <= SHORTEST_SPAN_MS) return { unreadable: 'bad-answer' };
    spanMs = Math.max(spanMs / 2, SHORTEST_SPAN_MS);
  }
}
