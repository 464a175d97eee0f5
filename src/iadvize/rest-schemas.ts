import { z } from 'zod';
import { storableText } from '../persistence/storable-text.ts';

export const idText = z.union([z.string(), z.number()]).transform(String);

/** Empty texts are what the API has for "not known". */
export const text = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((value) =>
    value === null || value === undefined || value === '' ? undefined : storableText(String(value)),
  );

export const visitorSchema = z.object({
  id: idText,
  unique_id: text,
  external_id: text,
  firstname: text,
  lastname: text,
  email: text,
  phone: text,
  city: text,
  country: text,
});

export type RestVisitor = z.output<typeof visitorSchema>;

export const visitorListSchema = z.array(visitorSchema);

/** `[type, local time, text, epoch ms?]` (contract 3.2). */
const historyEntrySchema = z.tuple([z.coerce.number(), z.unknown()]).rest(z.unknown());

export const historySchema = z.union([
  z.array(historyEntrySchema),
  z.string().transform((json, context) => {
    const parsed = z.array(historyEntrySchema).safeParse(parseJson(json));
    if (parsed.success) return parsed.data;
    context.addIssue({ code: 'custom', message: 'is no JSON array of entries' });
    return z.NEVER;
  }),
]);

function parseJson(json: string): unknown {
  try {
    return json.trim() === '' ? [] : JSON.parse(json);
  } catch {
    return undefined;
  }
}

export const conversationSchema = z.object({
  id: idText,
  history: historySchema.nullish().transform((history) => history ?? []),
  operator_id: idText.nullish(),
  xmpp_id: text,
});

export type RestHistoryEntry = z.output<typeof historyEntrySchema>;

export const conversationListSchema = z.array(z.object({ id: idText, xmpp_id: text }));

export const operatorSchema = z.object({ pseudo: text, first_name: text, name: text });
