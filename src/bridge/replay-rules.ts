import type { DeliveryKind, DeliveryStatus } from './delivery.ts';

/** What is known of a delivery when an operator wants something done about it. */
export interface ControlFacts {
  kind: DeliveryKind;
  status: DeliveryStatus;
  /** An attempt ended without anybody knowing whether it arrived. */
  mayHaveArrived: boolean;
  chat: 'none' | 'open' | 'over';
  /** The chat's end is planned and not carried out yet. */
  endPlanned: boolean;
}

/** Why an operator's wish makes no sense for this delivery. */
export type Refusal =
  | 'not-found'
  | 'needs-confirmation'
  | 'cannot-be-repeated'
  | 'chat-over'
  | 'end-planned'
  | 'passed-over'
  | 'on-its-way'
  | 'delivered'
  | 'expired';

/**
 * - `nothing`: what is wanted is so already.
 * - `resume`: it stands at the head of its lane and goes on from there.
 * - `reopen`: its lane went on without it, so it comes after what the lane has.
 * - `repeat`: a delivery of its own says the same once more.
 * `as`: `sending` is looked for before it is sent again, `pending` is sent.
 */
export type ReplayPlan =
  { do: 'nothing' | 'repeat' } | { do: 'resume' | 'reopen'; as: 'pending' | 'sending' } | { refused: Refusal };

export type SkipPlan = { do: 'nothing' | 'skip' } | { refused: Refusal };

/** Never sends blindly what may have arrived. `confirmed`: the operator accepts that it may be read twice. */
export function planReplay(facts: ControlFacts, confirmed: boolean): ReplayPlan {
  const { kind, status, mayHaveArrived, chat } = facts;
  const as = mayHaveArrived ? 'sending' : 'pending';
  switch (status) {
    case 'pending':
    case 'sending':
      return { do: 'nothing' };
    case 'uncertain':
      return { do: 'resume', as: 'sending' };
    case 'parked':
      // A look is still possible in a chat that is over, a message is not.
      return kind === 'message' && chat === 'over' && as === 'pending'
        ? { refused: 'chat-over' }
        : { do: 'resume', as };
    case 'expired':
      return kind === 'message' ? (cannotJoin(facts) ?? { do: 'reopen', as }) : { do: 'reopen', as };
    case 'delivered':
      if (kind !== 'message') return { refused: 'cannot-be-repeated' };
      return cannotJoin(facts) ?? (confirmed ? { do: 'repeat' } : { refused: 'needs-confirmation' });
    case 'skipped':
      return { refused: 'passed-over' };
  }
}

/** What comes after everything the lane has needs a chat that is still open then. */
function cannotJoin({ chat, endPlanned }: ControlFacts): { refused: Refusal } | undefined {
  if (chat !== 'open') return { refused: 'chat-over' };
  return endPlanned ? { refused: 'end-planned' } : undefined;
}

/** Only what stops its lane can be skipped. */
export function planSkip({ status }: Pick<ControlFacts, 'status'>): SkipPlan {
  switch (status) {
    case 'parked':
    case 'uncertain':
      return { do: 'skip' };
    case 'skipped':
      return { do: 'nothing' };
    case 'delivered':
    case 'expired':
      return { refused: status };
    case 'pending':
    case 'sending':
      return { refused: 'on-its-way' };
  }
}
