import { expect, test } from '@jest/globals';
import { type ControlFacts, planReplay, planSkip } from '../../src/bridge/replay-rules.ts';

const FACTS: ControlFacts = {
  kind: 'message',
  status: 'parked',
  mayHaveArrived: false,
  chat: 'open',
  endPlanned: false,
};

test.each<[Partial<ControlFacts>, boolean, object]>([
  [{ status: 'pending' }, true, { do: 'nothing' }],
  [{ status: 'sending' }, true, { do: 'nothing' }],
  [{ status: 'skipped' }, true, { refused: 'passed-over' }],
  [{}, false, { do: 'resume', as: 'pending' }],
  // Tried for hours, and one of the tries may have arrived.
  [{ mayHaveArrived: true }, false, { do: 'resume', as: 'sending' }],
  [{ mayHaveArrived: true }, true, { do: 'resume', as: 'sending' }],
  [{ chat: 'over' }, true, { refused: 'chat-over' }],
  [{ chat: 'over', mayHaveArrived: true }, false, { do: 'resume', as: 'sending' }],
  [{ chat: 'over', kind: 'end' }, false, { do: 'resume', as: 'pending' }],
  [{ chat: 'none', kind: 'start' }, false, { do: 'resume', as: 'pending' }],
  [{ status: 'uncertain' }, false, { do: 'resume', as: 'sending' }],
  [{ status: 'uncertain', chat: 'over' }, true, { do: 'resume', as: 'sending' }],
  [{ status: 'expired' }, false, { do: 'reopen', as: 'pending' }],
  [{ status: 'expired', mayHaveArrived: true }, false, { do: 'reopen', as: 'sending' }],
  [{ status: 'expired', chat: 'over' }, false, { refused: 'chat-over' }],
  [{ status: 'expired', endPlanned: true }, false, { refused: 'end-planned' }],
  [{ status: 'delivered' }, false, { refused: 'needs-confirmation' }],
  [{ status: 'delivered' }, true, { do: 'repeat' }],
  [{ status: 'delivered', chat: 'none' }, true, { refused: 'chat-over' }],
  [{ status: 'delivered', endPlanned: true }, true, { refused: 'end-planned' }],
  [{ status: 'delivered', kind: 'transcript' }, true, { refused: 'cannot-be-repeated' }],
])('Replaying %j, confirmed: %s', (facts, confirmed, plan) => {
  expect(planReplay({ ...FACTS, ...facts }, confirmed)).toEqual(plan);
});

test.each([
  ['parked', { do: 'skip' }],
  ['uncertain', { do: 'skip' }],
  ['skipped', { do: 'nothing' }],
  ['delivered', { refused: 'delivered' }],
  ['expired', { refused: 'expired' }],
  ['pending', { refused: 'on-its-way' }],
  ['sending', { refused: 'on-its-way' }],
] as const)('Skipping what is %s', (status, plan) => {
  expect(planSkip({ status })).toEqual(plan);
});
