import { fault, fine, type Finding } from './finding.ts';

const inWords = (ms: number): string => `${Math.ceil(ms).toLocaleString('en')} ms`;

/**
 * How long a chat system takes to answer, beside the time that a doubtful message gets to show there. Without a chat no
 * system can be asked how long a message takes to show, but none shows one sooner than it answers. Both in ms.
 */
export function settleFinding(tookMs: number, settleMs: number): Finding {
  const measured = `The slowest of its answers to this check took ${inWords(tookMs)}`;
  const rule = `a doubtful message is looked for twice, ${inWords(settleMs)} apart`;
  if (tookMs <= settleMs) return fine('works', `${measured}; ${rule}.`);
  const sentence = `${measured}, but ${rule}: one that shows later than that is said twice. Set settleMs well above what it takes.`;
  return fault('settleMs', 'slower-than-settle-time', sentence);
}
