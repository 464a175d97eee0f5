/** Net below the wake-ups and below what is known to fall due, in ms: a notice may be lost. */
const NET_MS = 5_000;
/** When something is due that could not be had, in ms: somebody else has it, or it may not be called. */
const TRY_AGAIN_MS = 1_000;

/**
 * How long somebody who found nothing to do may sleep, in ms. `dueInMs`: until the first thing falls due, as the database
 * tells; undefined when there is none. So an idle worker asks seldom, and is there when a retry falls due or a lease of
 * the dead ends.
 */
export function idlePause(dueInMs: number | undefined, tryAgainMs = TRY_AGAIN_MS): number {
  if (dueInMs === undefined) return NET_MS;
  return dueInMs <= 0 ? tryAgainMs : Math.min(Math.ceil(dueInMs), NET_MS);
}
