import { z } from 'zod';
import type { RemoteChat } from '../remote-chat.ts';
import { formIdSchema } from './wire.ts';

const fileSchema = z.object({
  /** Of the upload, once there was one. */
  fileId: z.string().optional(),
  /** Calls about this file that the server failed at. */
  failures: z.int().default(0),
});

/** What ServicePattern needs back for a chat; stored encrypted. */
export const stateSchema = z.object({
  clientId: z.string(),
  /** Message ids of ours that stood in the chat when a start found it there already. */
  delivered: z.array(z.string()).default([]),
  /** Files under way, by message id. */
  files: z.record(z.string(), fileSchema).default({}),
  /** A form with free text that the visitor's next text answers. */
  form: z.object({ id: formIdSchema, name: z.string() }).optional(),
  answeredForms: z.array(formIdSchema).default([]),
  /** How many answers to our own calls held news. They may be told nowhere else, so the listener compares (contract 4). */
  newsInAnswers: z.int().default(0),
});

export type ServicepatternState = z.output<typeof stateSchema>;
export type FileUnderWay = z.output<typeof fileSchema>;

/** Forms a chat shows are few; a server that shows them for ever must not fill the row. */
const FORMS_KEPT = 50;

export const stateOf = (chat: RemoteChat): ServicepatternState => stateSchema.parse(chat.state);

/** Changes the state as it is stored now. */
export async function changeState(
  chat: RemoteChat,
  change: (stored: ServicepatternState) => ServicepatternState,
): Promise<ServicepatternState> {
  return stateSchema.parse(await chat.updateState((stored) => change(stateSchema.parse(stored))));
}

export const withFile =
  (msgId: string, file: FileUnderWay | undefined) =>
  (stored: ServicepatternState): ServicepatternState => {
    const others = Object.entries(stored.files).filter(([id]) => id !== msgId);
    return { ...stored, files: Object.fromEntries(file === undefined ? others : [...others, [msgId, file]]) };
  };

/** A form that was answered is not asked again, however often it is read. */
export const withForm =
  (form: NonNullable<ServicepatternState['form']>) =>
  (stored: ServicepatternState): ServicepatternState =>
    stored.answeredForms.includes(form.id) ? stored : { ...stored, form };

export const withFormAnswered =
  (id: string | number) =>
  ({ form, ...stored }: ServicepatternState): ServicepatternState => ({
    ...stored,
    ...(form && form.id !== id && { form }),
    answeredForms: [...stored.answeredForms.filter((other) => other !== id), id].slice(-FORMS_KEPT),
  });

export const withFormUnanswered =
  (form: NonNullable<ServicepatternState['form']>) =>
  (stored: ServicepatternState): ServicepatternState => ({
    ...stored,
    form: stored.form ?? form,
    answeredForms: stored.answeredForms.filter((id) => id !== form.id),
  });
