import type { SeenChat } from './seen-chats.ts';
import { OPENING } from './story.ts';
import { doubtfulStarts, type Timeline } from './timelines.ts';

/** The installation keeps starts in doubt for a person: its XM chats are judged by that. */
export interface HeldVerdict {
  /** The start is uncertain: nothing more was to be carried there. */
  held: boolean;
  faults: string[];
}

/**
 * A start that was taken over is delivered or uncertain and nothing else; an uncertain one had exactly one attempt that
 * nobody knows the end of, by a kill or a cut, and at most one room with nothing but its opening.
 */
export function judgeHeld(timeline: Timeline, rooms: readonly SeenChat[], startTaken: boolean): HeldVerdict {
  const starts = timeline.timeline.filter(
    ({ kind, carries, destination }) => kind === 'delivery' && carries === 'start' && destination === 'xm',
  );
  const statuses = starts.map(({ status }) => status ?? '');
  const held = statuses.includes('uncertain');
  const faults: string[] = [];
  const strange = statuses.filter((status) => status !== 'delivered' && status !== 'uncertain');
  if (startTaken && (statuses.length !== 1 || strange.length > 0))
    faults.push(`its start is ${statuses.join() || 'nowhere'}`);
  if (doubtfulStarts(timeline, 'xm') !== Number(held)) faults.push('its doubts are not what is uncertain');
  if (rooms.length > 1) faults.push(`${rooms.length} rooms`);
  if (held && rooms.some(({ seen }) => seen.some((text) => text !== OPENING)))
    faults.push('more than an opening in doubt');
  return { held, faults };
}
