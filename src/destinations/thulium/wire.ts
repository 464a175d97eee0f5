import { z } from 'zod';

const scalarText = z.union([z.string(), z.number()]).transform(String);

export const startAnswerSchema = z.object({ conversation_id: scalarText.pipe(z.string().min(1)) });

/** Every error of the API; its request id is what the vendor asks for. */
export const errorEnvelopeSchema = z.object({ request_id: scalarText.optional() });

/** The shape of a message is documented nowhere: any of the likely names is taken. */
const messageSchema = z.looseObject({ sent_by: z.string().nullish() }).transform((message) => {
  const text = [message['text'], message['message'], message['content'], message['body']].find(
    (value) => typeof value === 'string',
  );
  return { sentBy: message.sent_by ?? '', text: typeof text === 'string' ? text : undefined };
});

export const chatSchema = z.object({
  conversation_id: scalarText,
  chat_queue_id: z.coerce.number().optional(),
  client_name: z.string().nullish(),
  client_email: z.string().nullish(),
  status: z.string().nullish(),
  messages: z.array(messageSchema).optional(),
});

export const chatListSchema = z.object({ count: z.int(), result: z.array(chatSchema) });

export type ThuliumChat = z.output<typeof chatSchema>;

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
