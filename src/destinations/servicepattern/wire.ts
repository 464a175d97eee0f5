import { z } from 'zod';

/** Ids and codes are text in some answers and numbers in others (contract 1.1, 3). */
const scalarText = z.union([z.string(), z.number()]).transform(String);

/** One member of the wrong kind must not cost the event. */
const optionalText = scalarText.optional().catch(undefined);

export const errorSchema = z.object({ error_code: scalarText });

export const availabilitySchema = z.object({ chat: z.string() });

export const versionSchema = z.object({ server_version: scalarText });

export const sessionSchema = z.object({
  chat_id: scalarText.pipe(z.string().min(1)),
  state: optionalText,
  /** Left out or strange: the chat may be an older one, which is the careful guess. */
  is_new_chat: z.union([z.boolean(), z.stringbool()]).catch(false),
});

export type ServicepatternSession = z.output<typeof sessionSchema>;

export interface ExpectedParameter {
  /** As the entry calls it. */
  name: string;
  /** PHONE, TEXT, EMAIL, FIRST_NAME, LAST_NAME, ACCOUNT or COMPANY. */
  type: string;
}

/** One object a parameter, its name as the key; what is not of that form is left out. */
export const parametersSchema = z
  .object({ parameters: z.array(z.record(z.string(), z.unknown()).catch({})) })
  .transform(({ parameters }): ExpectedParameter[] =>
    parameters
      .flatMap((parameter) => Object.entries(parameter))
      .flatMap(([name, type]) => (typeof type === 'string' ? [{ name, type }] : [])),
  );

export const uploadSchema = z.object({ file_id: scalarText.pipe(z.string().min(1)) });

/** A form's id goes back as it came: a number stays a number. */
export const formIdSchema = z.union([z.string(), z.number()]);

/** Every event in one: which members count depends on `event`. */
const eventSchema = z.object({
  event: z.string(),
  party_id: optionalText,
  /** What old servers call the party of a file. */
  session_id: optionalText,
  msg_id: optionalText,
  msg: optionalText,
  msg_text: optionalText,
  file_id: optionalText,
  file_name: optionalText,
  state: optionalText,
  type: optionalText,
  first_name: optionalText,
  last_name: optionalText,
  display_name: optionalText,
  form_request_id: formIdSchema.optional().catch(undefined),
  form_name: optionalText,
  latitude: optionalText,
  longitude: optionalText,
  url: optionalText,
  timestamp: optionalText,
});

export type ServicepatternEvent = z.output<typeof eventSchema>;

/** What is no event is left out: one bad entry must not cost the batch. */
const readableEvents = z.array(z.unknown()).transform((entries) =>
  entries.flatMap((entry) => {
    const event = eventSchema.safeParse(entry);
    return event.success ? [event.data] : [];
  }),
);

export const eventsSchema = z.object({ events: readableEvents.nullish() }).transform(({ events }) => events ?? []);
