import { OPENING, playCrashes, WHOLE, XM, XM_HOLD } from './play-crashes.ts';

playCrashes([
  { at: 'K7', when: 'the lane claimed, before the attempt at a room', site: XM },
  { at: 'K11', when: 'the outcome of the start written', site: XM },
  { at: 'K7#3', when: 'the lane claimed, before the attempt at a message', site: XM },
  { at: 'K8#3', when: 'the attempt at a message into a room written', site: XM },
  { at: 'K9#3', when: 'a message into a room sent, before its answer', site: XM },
  { at: 'K10#3', when: 'the answer to a message into a room in', site: XM },
  { at: 'K11#4', when: 'the outcome of a message written', site: XM },
  { at: 'K8#7', when: 'the attempt at the end written, before a byte left', site: XM },
  { at: 'K9#7', when: 'the end sent, before its answer', site: XM },
  { at: 'K10#7', when: 'the answer to the end in, before the outcome is written', site: XM },
  // A room cannot be looked for without what its start answered: doubt stays doubt, and the policy decides.
  { at: 'K8', when: 'the attempt at a room written; policy "hold"', site: XM_HOLD, held: true, wanted: [] },
  { at: 'K9', when: 'the room asked for; policy "hold"', site: XM_HOLD, held: true, wanted: [[OPENING]] },
  { at: 'K10', when: 'the room’s answer in; policy "hold"', site: XM_HOLD, held: true, wanted: [[OPENING]] },
  { at: 'K9', when: 'the room asked for; policy "resend": one stays empty', site: XM, wanted: [[OPENING], WHOLE] },
]);
