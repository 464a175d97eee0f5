import { z } from 'zod';

const idText = z.union([z.string(), z.number()]).transform(String);
/** A member that is not worth losing a message for. */
const tolerant = <Schema extends z.ZodType>(schema: Schema) => schema.optional().catch(undefined);

/** Older servers wrap their answers in `{status, message, errors, data}`. */
const unwrapped = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((body) => z.object({ data: z.looseObject({}) }).safeParse(body).data?.data ?? body, schema);

export const captchaAnswerSchema = z.object({ captchaId: idText, captchaImage: z.base64().min(1).max(1_000_000) });

export const guestAnswerSchema = z.object({
  userId: idText,
  chatId: idText,
  access_token: z.string().min(1),
  refresh_token: z.string().min(1),
});

export const tokensSchema = z.object({ access_token: z.string().min(1), refresh_token: z.string().min(1) });

export const sentAnswerSchema = z.object({ messageId: idText });

const personSchema = z.object({ id: idText, name: tolerant(z.string()) });

/** Message object (contract 3.5), as far as anything is done with it. */
const messageSchema = z.object({
  id: tolerant(z.object({ messageId: idText, chatId: tolerant(idText) })),
  sequence: tolerant(z.int()),
  sender: tolerant(personSchema),
  message: tolerant(z.string()),
  msgDate: tolerant(z.union([z.string(), z.number()])),
  type: tolerant(z.coerce.number().int()),
  /** Whatever is there and not plainly "no" counts as a note among agents. */
  internal: z
    .unknown()
    .optional()
    .transform((value) => value !== undefined && value !== null && value !== false),
  updated: tolerant(z.boolean()),
  deleted: tolerant(z.boolean()),
  file: tolerant(z.object({ id: idText, filename: tolerant(idText), size: tolerant(z.number()) })),
  taggedUsers: tolerant(z.array(personSchema)),
});

export type XmMessage = z.output<typeof messageSchema>;

export const historyAnswerSchema = unwrapped(z.object({ messages: z.array(messageSchema) }));

/** Every member may be missing (contract 3.3). The mark is opaque and echoed as it came. */
export const syncAnswerSchema = unwrapped(
  z.object({
    lastSyncedAt: tolerant(z.union([z.number(), z.string()])),
    messages: z
      .array(messageSchema)
      .nullish()
      .transform((messages) => messages ?? []),
  }),
);

export const membersAnswerSchema = unwrapped(z.object({ members: z.array(z.object({ user: personSchema })) }));
