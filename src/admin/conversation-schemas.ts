import { z } from 'zod';

const moment = z.coerce.date();
const fileSchema = z.object({
  name: z.string(),
  status: z.enum(['waiting', 'hosted', 'lost']).describe('`lost`: it could not be had, and `reason` says why.'),
  reason: z.string().nullable(),
  contentType: z.string().nullable(),
  size: z.number().nullable().describe('Bytes.'),
  url: z.string().nullable().describe('Signed, works for a while; null while there is no copy.'),
});

const shownSchema = z.object({
  at: moment.describe("When it was sent there, or received from there; this service's clock."),
  from: z.enum(['connector', 'remote']),
  author: z.string().describe('`visitor`, `agent` or `notice` of the conversation; `agent`, `bot` or `system` there.'),
  name: z.string().nullable(),
  text: z.string(),
  files: z.array(fileSchema),
});

const remoteChatSchema = z.object({
  remoteId: z.string(),
  status: z.string().describe('`open`, `ended` or `gone`.'),
  openedAt: moment,
  endedAt: moment.nullable(),
  endReason: z.string().nullable().describe('How the remote side ended it; null: open, or ended by us.'),
  shows: z.array(shownSchema).describe('What we sent and what was written there, in the order of this service.'),
});

const liveSchema = z.object({
  readAt: moment,
  failure: z.string().nullable().describe('Why it could not be read; null when it was.'),
  shows: z
    .array(
      z.object({
        author: z.string().describe('`self` is our side; `agent`, `bot`, `system` or `unknown` are theirs.'),
        name: z.string().nullable(),
        text: z.string(),
        sentAt: moment.nullable().describe("As the chat system's clock tells it."),
        files: z.array(z.string()).describe('Names.'),
      }),
    )
    .describe('Oldest first.'),
});

const listenerSchema = z.object({
  id: z.string(),
  worker: z.string().nullable().describe('Who has it now; null: nobody.'),
  leaseUntil: moment.nullable(),
  nextAt: moment,
  hintedAt: moment.nullable(),
  lastReadAt: moment.nullable(),
  failures: z.number().describe('Consecutive ones.'),
  lastFailure: z.string().nullable(),
});

const destinationSchema = z.object({
  destination: z.string(),
  pending: z.number().describe('Open deliveries.'),
  blocked: z.boolean().describe('The head is parked or uncertain: a person must act.'),
  remoteChat: remoteChatSchema.nullable(),
  live: liveSchema
    .nullable()
    .describe('What the chat system itself shows at this moment; null unless asked for, or without a chat.'),
  listener: listenerSchema.nullable(),
});

const entrySchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('event'),
    at: moment,
    id: z.string(),
    status: z.string(),
    reason: z.string().nullable(),
    source: z.string(),
    eventType: z.string().nullable(),
    duplicates: z.number(),
    plannedAt: moment.nullable(),
  }),
  z.object({
    kind: z.literal('delivery'),
    at: moment,
    id: z.string(),
    destination: z.string(),
    carries: z.string(),
    status: z.string(),
    reason: z.string().nullable(),
    position: z.number(),
    part: z.number(),
    event: z.string().nullable(),
    settledAt: moment.nullable(),
  }),
  z.object({
    kind: z.literal('attempt'),
    at: moment,
    delivery: z.string(),
    destination: z.string(),
    number: z.number(),
    worker: z.string(),
    finishedAt: moment.nullable(),
    outcome: z.string().nullable(),
    code: z.string().nullable(),
    httpStatus: z.number().nullable(),
    upstreamRequestId: z.string().nullable(),
  }),
  z.object({
    kind: z.enum(['remote-chat-opened', 'remote-chat-ended']),
    at: moment,
    destination: z.string(),
    remoteId: z.string(),
    reason: z.string().nullable(),
  }),
  z.object({
    kind: z.literal('remote-message'),
    at: moment,
    id: z.string(),
    destination: z.string(),
    author: z.string(),
    name: z.string().nullable(),
    text: z.string(),
    sentAt: moment.nullable().describe("As the chat system's clock tells it."),
    status: z.string(),
    files: z.array(fileSchema),
  }),
]);

/** `GET /admin/api/conversations/:id`: everything that is known of one conversation, for the operator alone. */
export const conversationSchema = z.object({
  id: z.string(),
  otherIds: z.array(z.string()).describe('Further ids that events call it by; each of them finds it.'),
  installation: z.string(),
  channel: z.string().nullable(),
  startedAt: moment.nullable(),
  closedAt: moment.nullable(),
  satisfaction: z.string().nullable(),
  destinations: z.array(destinationSchema),
  timeline: z.array(entrySchema).describe('Oldest first.'),
  truncated: z.boolean().describe('There is more of something than fits into one answer.'),
});

/** `live=true` asks the chat systems, which takes as long as they do. */
export const conversationQuery = z.object({
  live: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true')
    .describe('`true`: each remote chat is read back from its system as well.'),
});

export type ShownLive = z.output<typeof liveSchema>;
export type ShownConversation = z.output<typeof conversationSchema>;
export type ShownDestination = z.output<typeof destinationSchema>;
export type ShownText = z.output<typeof shownSchema>;
export type ShownRemoteFile = z.output<typeof fileSchema>;
export type TimelineEntry = z.output<typeof entrySchema>;
