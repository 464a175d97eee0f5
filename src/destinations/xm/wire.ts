import { z } from 'zod';

const idText = z.union([z.string(), z.number()]).transform(String);

export const guestAnswerSchema = z.object({
  userId: idText,
  chatId: idText,
  access_token: z.string().min(1),
  refresh_token: z.string().min(1),
});

export const tokensSchema = z.object({ access_token: z.string().min(1), refresh_token: z.string().min(1) });

export const sentAnswerSchema = z.object({ messageId: idText });

const messageSchema = z.object({
  sequence: z.int().optional(),
  sender: z.object({ id: idText }).nullish(),
  message: z.string().nullish(),
  deleted: z.boolean().optional(),
});

const historySchema = z.object({ messages: z.array(messageSchema) });

/** Older servers wrap their answers in `{status, message, errors, data}`. */
export const historyAnswerSchema = z.union([historySchema, z.object({ data: historySchema }).transform((a) => a.data)]);

export type XmMessage = z.output<typeof messageSchema>;
