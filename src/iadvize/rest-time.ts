/** REST's times say no zone ("2024-06-01 10:00:00"), and no document does: they may be UTC or the website's own. */
const REST_TIME = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}:\d{2}))?/;

const HOUR_MS = 60 * 60_000;
/** The clocks of the world lie within these, in ms behind and ahead of UTC. */
const WORLD = { behind: 12 * HOUR_MS, ahead: 14 * HOUR_MS };
/** Clocks of one system that differ by less are the same. */
const TOLERANCE_MS = 60_000;

export interface Reading {
  earliest: Date;
  latest: Date;
}

/** What is known for certain of the time around which a text was written, such as a message's epoch. */
export interface Certainty {
  notAfter?: Date;
  notBefore?: Date;
}

const textOf = (utcMs: number): string => new Date(utcMs).toISOString().slice(0, 19).replace('T', ' ');

/** Milliseconds that clocks of the zone are ahead of UTC at that moment; undefined when there is no such zone. */
function aheadMs(timeZone: string, at: number): number | undefined {
  try {
    const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
    return Date.parse(`${format.format(at).replace(' ', 'T')}Z`) - Math.floor(at / 1000) * 1000;
  } catch {
    return undefined;
  }
}

/** All instants that a text may mean, in ms; none when it is no time. `timeZone`: the website's, where it is known. */
function meanings(text: string, timeZone: string | undefined): number[] {
  const [, day, clock = '00:00:00'] = REST_TIME.exec(text) ?? [];
  const asUtc = Date.parse(`${day}T${clock}Z`);
  // "0000-00-00" is how databases of that age write "never".
  if (Number.isNaN(asUtc) || asUtc <= 0) return [];
  const ahead = timeZone === undefined ? undefined : aheadMs(timeZone, asUtc);
  if (timeZone === undefined || ahead === undefined) return [asUtc - WORLD.ahead, asUtc, asUtc + WORLD.behind];
  // The offset holds at the instant, not at the text: they differ around a change of the clocks.
  return [asUtc, asUtc - (aheadMs(timeZone, asUtc - ahead) ?? ahead)];
}

/**
 * What a text of REST's can mean, narrowed by what is certain. Undefined when it is no time. Where nothing fits, what is
 * certain is believed and the text is not.
 */
export function readRestTime(
  text: string | undefined,
  timeZone: string | undefined,
  { notAfter, notBefore }: Certainty = {},
): Reading | undefined {
  const all = meanings(text ?? '', timeZone);
  if (all.length === 0) return undefined;
  const fitting = all.filter(
    (one) =>
      (notAfter === undefined || one <= notAfter.getTime() + TOLERANCE_MS) &&
      (notBefore === undefined || one >= notBefore.getTime() - TOLERANCE_MS),
  );
  // The nearest to the certain time: people write soon after a conversation began, and end it soon after they wrote.
  if (notAfter) return exactly(fitting.length > 0 ? Math.max(...fitting) : notAfter.getTime());
  if (notBefore) return exactly(fitting.length > 0 ? Math.min(...fitting) : notBefore.getTime());
  return { earliest: new Date(Math.min(...all)), latest: new Date(Math.max(...all)) };
}

const exactly = (ms: number): Reading => ({ earliest: new Date(ms), latest: new Date(ms) });

/** The texts between which REST writes everything of that time, whichever its zone is. */
export function restWindow(from: Date, to: Date, timeZone: string | undefined): { from: string; to: string } {
  const texts = (at: number): string[] => {
    const ahead = timeZone === undefined ? undefined : aheadMs(timeZone, at);
    const offsets = ahead === undefined ? [-WORLD.behind, WORLD.ahead] : [0, ahead];
    return offsets.map((offset) => textOf(at + offset)).sort();
  };
  return { from: texts(from.getTime())[0] ?? '', to: texts(to.getTime()).at(-1) ?? '' };
}
