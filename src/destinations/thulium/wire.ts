import { z } from 'zod';

const scalarText = z.union([z.string(), z.number()]).transform(String);
const optionalText = scalarText.nullish().catch(undefined);

export const startAnswerSchema = z.object({ conversation_id: scalarText.pipe(z.string().min(1)) });

/** Every error of the API; its request id is what the vendor asks for. */
export const errorEnvelopeSchema = z.object({ request_id: scalarText.optional() });

const entry = z.record(z.string(), z.unknown());

/** Messages and files, of shapes that are documented nowhere: `field-mapping.ts` finds its way in them. */
const entries = z
  // Systems of this kind write a list with gaps as an object.
  .union([z.array(entry), entry.transform((byIndex) => z.array(entry).parse(Object.values(byIndex)))])
  .nullish()
  .catch(undefined);

export const chatSchema = z.object({
  conversation_id: scalarText,
  chat_queue_id: z.coerce.number().optional().catch(undefined),
  client_name: optionalText,
  client_email: optionalText,
  status: optionalText,
  closed_at: optionalText,
  user_login: optionalText,
  messages: entries,
  files: entries,
});

export type ThuliumChat = z.output<typeof chatSchema>;

/** One page of `GET chats`. A chat of a shape nobody can read must not hide the others, so it is only counted. */
export const chatPageSchema = z
  .object({ count: z.coerce.number().int(), result: z.array(z.unknown()) })
  .transform(({ count, result }) => ({
    count,
    received: result.length,
    chats: result.flatMap((one) => {
      const chat = chatSchema.safeParse(one);
      return chat.success ? [chat.data] : [];
    }),
  }));

export type ChatPage = z.output<typeof chatPageSchema>;

/** A chat says that it is over by its status; one without a status, by the time of its end. */
export function isClosed({ status, closed_at: closedAt }: ThuliumChat): boolean {
  return status ? status.toUpperCase() === 'CLOSED' : Boolean(closedAt);
}

const queueSchema = z
  .looseObject({ id: scalarText.optional(), chat_queue_id: scalarText.optional(), name: z.string().optional() })
  .transform(({ id, chat_queue_id, name }, context) => {
    const queueId = id ?? chat_queue_id;
    if (queueId !== undefined) return { id: queueId, name };
    context.addIssue({ code: 'custom', message: 'has no id' });
    return z.NEVER;
  });

/** The shape is not documented: a bare list, or one wrapped as `GET chats` wraps its own. */
export const queueListSchema = z.union([
  z.array(queueSchema),
  z.object({ result: z.array(queueSchema) }).transform(({ result }) => result),
]);

export type ThuliumQueue = z.output<typeof queueSchema>;

const webhookSchema = z.object({
  id: scalarText.optional(),
  actions: z.array(z.string()),
  subscription_url: z.string(),
  http_auth_user: z.string().nullish(),
  http_auth_password: z.string().nullish(),
});

/** `GET webhooks`: documented as a bare list; wrapped as the other lists are, it is read as well. */
export const webhookListSchema = z.union([
  z.array(webhookSchema),
  z.object({ result: z.array(webhookSchema) }).transform(({ result }) => result),
]);

export type ThuliumWebhook = z.output<typeof webhookSchema>;
