import { DestinationFailure } from '../destinations/destination-failure.ts';
import type { Delivery, DeliveryReason, NewDelivery } from './delivery.ts';
import { retryOrPark } from './failure-settlement.ts';
import type { ConfiguredDestination, UncertainPolicy } from './lane-context.ts';
import { messageParts } from './reading-steps.ts';
import { renderPassedOver } from './render-message.ts';
import type { Settlement } from './settlement-store.ts';

/** Why nobody can tell whether a delivery arrived. */
export interface Untold {
  reason: DeliveryReason;
  /** What holds where the installation says nothing. */
  otherwise: UncertainPolicy;
  /** What the look for it threw, where that is why. */
  error?: DestinationFailure;
}

/**
 * What the installation wants done with a delivery of which nobody can tell whether it arrived. An operator who was
 * asked and said yes comes before the installation's policy.
 */
export function settleUntold(configured: ConfiguredDestination, delivery: Delivery, untold: Untold): Settlement {
  const { delivery: settings } = configured;
  const sendAgain = (): Settlement => retryOrPark(delivery, untold.error, settings, 'no-answer');
  if (delivery.resendConfirmed) return sendAgain();
  switch (policyFor(delivery, configured.uncertainPolicy ?? untold.otherwise)) {
    case 'hold':
      return { to: 'uncertain', reason: untold.reason };
    case 'resend':
      // Out of patience it is in doubt all the same: "parked" would say that nothing had arrived.
      return delivery.failingForMs > settings.retryForMs
        ? { to: 'uncertain', reason: 'retries-exhausted' }
        : sendAgain();
    case 'skip':
      return {
        to: 'skipped',
        reason: untold.reason,
        parts: untold.error?.kind === 'gone' ? [] : noticeFor(delivery, settings.textLimit),
      };
  }
}

const NOTICE_KEY = 'passed-over:';

/** The notice itself is said until it is known to be there: read twice it does no harm, unread it would be a silent skip. */
const policyFor = ({ key }: Delivery, policy: UncertainPolicy): UncertainPolicy =>
  policy === 'skip' && key.startsWith(NOTICE_KEY) ? 'resend' : policy;

/**
 * Tells the agent where a message may be missing. Without a start there is no chat to tell it in: what hangs on that is
 * passed over too, and the timeline says of each why.
 */
function noticeFor({ kind, key }: Delivery, textLimit: number): NewDelivery[] {
  return kind === 'start' ? [] : messageParts(NOTICE_KEY + key, 'notice', renderPassedOver(), textLimit);
}
