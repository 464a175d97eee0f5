import { type ClosingAnswers, SourceUnavailableError, type Unreadable } from './conversation-source.ts';
import type { Delivery, DeliveryReason } from './delivery.ts';
import type { StepOutcome } from './failure-settlement.ts';
import type { LaneContext } from './lane-context.ts';
import { messageParts } from './reading-steps.ts';
import { renderClosingAnswers } from './render-message.ts';
import { retryPauseMs } from './retry-policy.ts';

/** What no amount of asking again changes, as the delivery shows it. */
const FINAL: Partial<Record<Unreadable, DeliveryReason>> = {
  'no-credentials': 'no-credentials',
  'credentials-refused': 'credentials-refused',
  'no-matching-id': 'no-matching-id',
  'bad-answer': 'bad-answer',
};

/**
 * The closing form after the close: its answers become one note. They may not be readable at the instant of the close,
 * so an empty or missing answer is asked again until the installation's patience ends; then the delivery says why there
 * is no note.
 */
export async function readClosingAnswers(context: LaneContext, delivery: Delivery): Promise<StepOutcome> {
  const answers = await ask(context);
  if (answers instanceof SourceUnavailableError) {
    return later(context, delivery, 'source-unavailable', answers.retryAfterMs);
  }
  if ('unreadable' in answers) {
    const reason = FINAL[answers.unreadable];
    return reason === undefined ? later(context, delivery, 'no-answers') : skipped(reason);
  }
  if (!answers.submitted) return later(context, delivery, 'no-answers');
  if (answers.lines.length === 0) return skipped('no-answers');
  const limit = context.configured.delivery.textLimit;
  const parts = messageParts('closing-answers:note', 'notice', renderClosingAnswers(answers), limit);
  return { settlement: { to: 'delivered', parts } };
}

async function ask({
  source,
  conversation,
}: LaneContext): Promise<ClosingAnswers | { unreadable: Unreadable } | SourceUnavailableError> {
  try {
    return await source.closingAnswers(conversation);
  } catch (error) {
    if (error instanceof SourceUnavailableError) return error;
    throw error;
  }
}

function later({ configured }: LaneContext, delivery: Delivery, reason: DeliveryReason, retryAfterMs = 0): StepOutcome {
  const patienceMs = configured.followUpMs - delivery.failingForMs;
  // Where the source wants no call before the patience ends, there is nothing left to wait for.
  if (patienceMs <= 0 || retryAfterMs > patienceMs) return skipped(reason);
  const pauseMs = retryPauseMs(delivery.failures + 1, configured.delivery, retryAfterMs);
  // The last try falls on the end of the patience: the chat waits for its end no longer than was asked for.
  return { settlement: { to: 'pending', retryInMs: Math.min(pauseMs, patienceMs), reason } };
}

const skipped = (reason: DeliveryReason): StepOutcome => ({ settlement: { to: 'skipped', reason } });
