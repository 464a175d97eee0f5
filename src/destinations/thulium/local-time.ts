const LOCAL = /^(\d{4})-(\d{2})-(\d{2})[ T](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3})\d*)?)?$/;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, timeZoneName: 'longOffset' });
  formats.set(timeZone, format);
  return format;
}

/** Clocks change at full minutes only. */
const MINUTE_MS = 60_000;
/** A week of them, in use or not. */
const MOST_KEPT = 10_000;
const offsets = new Map<string, number>();

/** How far that zone is ahead of UTC at that moment, in ms. Remembered: a queue's messages are read again and again. */
function offsetMs(timeZone: string, at: number): number {
  const key = `${timeZone} ${Math.floor(at / MINUTE_MS)}`;
  const known = offsets.get(key);
  if (known !== undefined) return known;
  const offset = offsetByCalendar(timeZone, at);
  if (offsets.size >= MOST_KEPT) offsets.clear();
  offsets.set(key, offset);
  return offset;
}

function offsetByCalendar(timeZone: string, at: number): number {
  const name = formatOf(timeZone)
    .formatToParts(at)
    .find(({ type }) => type === 'timeZoneName')?.value;
  const [, sign, hours = '0', minutes = '0'] = /GMT(?:([+-])(\d{2}):(\d{2}))?/.exec(name ?? '') ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

/**
 * Reads `YYYY-MM-DD HH:MM:SS.mmm` on the wall clock of a zone, or a time that states its own. Undefined for anything
 * else. A time that a change of clocks makes twice is the earlier or the later of the two, which nobody can tell.
 */
export function parseLocalTime(text: string, timeZone: string): Date | undefined {
  const [, year, month, day, hour, minute, second = '0', fraction = '0'] = LOCAL.exec(text.trim()) ?? [];
  if (year === undefined) {
    const stated = /(Z|[+-]\d{2}:?\d{2})$/.test(text) ? new Date(text) : undefined;
    return stated && !Number.isNaN(stated.getTime()) ? stated : undefined;
  }
  const wall = Date.UTC(
    ...([Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)] as const),
    Number(fraction.padEnd(3, '0')),
  );
  // The offset may be another one an hour further on, so it is asked for at the time that the first answer gives.
  const nearly = wall - offsetMs(timeZone, wall);
  return new Date(wall - offsetMs(timeZone, nearly));
}
