import { z } from 'zod';

const time = z.coerce.date();

/** A stored event as the operator sees it: never its body. */
export const shownEvent = z
  .object({
    id: z.string(),
    status: z.string().describe('`accepted`, `ignored`, `quarantined` or `duplicate-anomaly`.'),
    reason: z
      .string()
      .nullable()
      .describe('Why it is quarantined; `planning-failed`: it was understood and given up, and can be replayed.'),
    source: z.string().describe('`webhook` or `push`.'),
    eventType: z.string().nullable(),
    installation: z.string().nullable(),
    conversation: z.string().nullable(),
    duplicates: z.number().describe('How often the same event came again.'),
    receivedAt: time,
    plannedAt: time.nullable().describe('Null while its deliveries are not planned yet.'),
    erasedAt: time
      .nullable()
      .describe('Since when nothing is left of it but what makes a copy of it a duplicate: retention, or an erasure.'),
  })
  .meta({ id: 'Event' });

export type ShownEvent = z.infer<typeof shownEvent>;

const lastAttempt = z.object({
  number: z.number(),
  startedAt: time,
  outcome: z.string().nullable(),
  code: z.string().nullable(),
  httpStatus: z.number().nullable(),
  upstreamRequestId: z.string().nullable().describe('What the vendor of the chat system asks for.'),
});

/** A delivery as the operator sees it: never what it carries. */
export const shownDelivery = z
  .object({
    id: z.string(),
    status: z.string().describe('`pending`, `sending`, `delivered`, `uncertain`, `parked`, `skipped` or `expired`.'),
    reason: z.string().nullable().describe('Why it is parked or uncertain, or was passed over.'),
    kind: z.string().describe('`start`, `message`, `end`, or something that is read first and becomes messages.'),
    installation: z.string(),
    conversation: z.string(),
    destination: z.string(),
    position: z.number().describe('Place in its lane; parts of one text share it.'),
    part: z.number(),
    attempts: z.number(),
    failures: z.number().describe('In a row.'),
    event: z.string().nullable().describe('Id of the event that it was planned for.'),
    repeatOf: z.string().nullable().describe('Id of the delivered one that an operator had said once more.'),
    replayedAt: time.nullable().describe('When an operator last set it going again.'),
    expiresAt: time.nullable().describe('It is not sent any more after this; null: it is never too old.'),
    createdAt: time,
    settledAt: time.nullable(),
    lastAttempt: lastAttempt.nullable(),
  })
  .meta({ id: 'Delivery' });

export type ShownDelivery = z.infer<typeof shownDelivery>;
