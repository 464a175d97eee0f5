import { z } from 'zod';

const milliseconds = (defaultMs: number, maxMs: number) => z.int().min(0).max(maxMs).default(defaultMs);

/** Settings that every destination has, with its own defaults where its contract names others. All times in ms. */
export function deliverySettings(defaults: {
  settleMs: number;
  textLimit: number;
  listenRetryBaseMs?: number;
  listenRetryMaxMs?: number;
}) {
  return {
    sendTimeoutMs: milliseconds(15_000, 60_000).describe('How long one call may take, in ms.'),
    settleMs: milliseconds(defaults.settleMs, 600_000).describe(
      'How long a write may take to show in the remote transcript, in ms. A doubtful message is looked for twice, at least this long apart, before it is sent again; longer where the system left us waiting longer.',
    ),
    textLimit: z
      .int()
      .min(20)
      .max(100_000)
      .default(defaults.textLimit)
      .describe('Longest text of one message, in UTF-16 units; longer ones are split.'),
    retryBaseMs: milliseconds(1_000, 600_000).describe(
      'First pause after a failure, in ms; doubles with each further one.',
    ),
    retryMaxMs: milliseconds(60_000, 3_600_000).describe('Longest pause between tries, in ms.'),
    retryForMs: milliseconds(4 * 3_600_000, 7 * 24 * 3_600_000).describe(
      'How long a delivery is tried before it is parked for a person, in ms. Not counted: the time in which the system says that it is closed.',
    ),
    listenRetryBaseMs: milliseconds(defaults.listenRetryBaseMs ?? 2_000, 600_000).describe(
      'First pause after a reading of replies failed, in ms; doubles with each further failure.',
    ),
    listenRetryMaxMs: milliseconds(defaults.listenRetryMaxMs ?? 30_000, 3_600_000).describe(
      'Longest pause between readings that fail, in ms.',
    ),
    listenRefusedMs: milliseconds(60_000, 3_600_000).describe(
      'Pause after a reading was refused (password, right), in ms; new settings end it.',
    ),
    breakerFailures: z
      .int()
      .min(1)
      .max(1_000)
      .default(10)
      .describe(
        'After this many failed calls in a row the destination counts as down and its deliveries wait. Failures of one conversation in a row count once; readings of replies are counted apart.',
      ),
    breakerIntervalMs: milliseconds(15_000, 600_000).describe(
      'While it counts as down, one delivery or reading tries in each such interval, in ms. A delivery that alone fails waits no longer either.',
    ),
    triesPerSecond: z
      .number()
      .min(0.1)
      .max(1_000)
      .optional()
      .describe(
        'Most starts, messages and ends that are tried in a second, over all workers; up to a fifth more after a pause. One try may take several calls. Readings and looks for earlier tries are not counted. Unset: no limit.',
      ),
  };
}

export type DeliverySettings = z.infer<z.ZodObject<ReturnType<typeof deliverySettings>>>;
