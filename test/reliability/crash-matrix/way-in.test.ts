import { BOTH, playCrashes } from './play-crashes.ts';

playCrashes([
  { at: 'K1', when: 'the body half read', site: BOTH },
  { at: 'K2', when: 'verified, before the insert', site: BOTH },
  { at: 'K3', when: 'the insert under way', site: BOTH },
  { at: 'K4', when: 'committed, before the 2xx', site: BOTH },
  { at: 'K5', when: 'the 2xx sent, before planning', site: BOTH },
  { at: 'K6', when: 'planning, in the middle of its transaction', site: BOTH },
  { at: 'K4#2', when: 'the close committed, before its 2xx', site: BOTH },
  { at: 'K6#2', when: 'planning the close, in the middle of its transaction', site: BOTH },
]);
