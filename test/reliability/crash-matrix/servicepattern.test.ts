import { playCrashes, SERVICEPATTERN } from './play-crashes.ts';

/** Here a start can be asked for twice, and a message is found by the id it was sent with. */
playCrashes([
  { at: 'K7', when: 'the lane claimed, before the attempt to start', site: SERVICEPATTERN },
  { at: 'K8', when: 'the attempt to start written, before a byte left', site: SERVICEPATTERN },
  { at: 'K9', when: 'the start sent, before its answer', site: SERVICEPATTERN },
  { at: 'K10', when: 'the answer to the start in, before the outcome is written', site: SERVICEPATTERN },
  { at: 'K11', when: 'the outcome of the start written', site: SERVICEPATTERN },
  { at: 'K7#4', when: 'the lane claimed, before the attempt at a message', site: SERVICEPATTERN },
  { at: 'K8#4', when: 'the attempt at a message written, before a byte left', site: SERVICEPATTERN },
  { at: 'K9#4', when: 'a message sent, before its answer', site: SERVICEPATTERN },
  { at: 'K10#4', when: 'the answer to a message in, before the outcome is written', site: SERVICEPATTERN },
  { at: 'K11#5', when: 'the outcome of a message written', site: SERVICEPATTERN },
  { at: 'K8#8', when: 'the attempt at the end written, before a byte left', site: SERVICEPATTERN },
  { at: 'K9#8', when: 'the end sent, before its answer', site: SERVICEPATTERN },
  { at: 'K10#8', when: 'the answer to the end in, before the outcome is written', site: SERVICEPATTERN },
]);
