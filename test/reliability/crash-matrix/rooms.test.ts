import { OPENING, playCrashes, WHOLE, XM, XM_HOLD } from './play-crashes.ts';

playCrashes([
  { at: 'K8#3', when: 'the attempt at a message into a room written', site: XM },
  { at: 'K9#3', when: 'a message into a room sent, before its answer', site: XM },
  { at: 'K10#3', when: 'the answer to a message into a room in', site: XM },
  // A room cannot be looked for without what its start answered: doubt stays doubt, and the policy decides.
  { at: 'K8', when: 'the attempt at a room written; policy "hold"', site: XM_HOLD, held: true, wanted: [] },
  { at: 'K9', when: 'the room asked for; policy "hold"', site: XM_HOLD, held: true, wanted: [[OPENING]] },
  { at: 'K10', when: 'the room’s answer in; policy "hold"', site: XM_HOLD, held: true, wanted: [[OPENING]] },
  { at: 'K9', when: 'the room asked for; policy "resend": one stays empty', site: XM, wanted: [[OPENING], WHOLE] },
]);
