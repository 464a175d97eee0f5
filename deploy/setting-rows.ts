import { z } from 'zod';

/** One line of a settings table. */
export interface SettingRow {
  /** Dotted where settings are nested: "captcha.captchaId". */
  name: string;
  required: boolean;
  /** As somebody would type it; undefined = none. */
  defaultText: string | undefined;
  /** One paragraph of markdown. */
  meaning: string;
}

/** What a schema says about its members, in their order. Throws when one has no description: it is the help text. */
export function settingRows(schema: z.ZodType, prefix = ''): SettingRow[] {
  const object = withoutWrappers(schema);
  if (!(object instanceof z.ZodObject)) throw new Error(`${prefix || 'The schema'} is not an object of settings.`);
  return Object.entries(object.shape as Record<string, z.ZodType>).flatMap(([key, member]) => {
    const name = prefix === '' ? key : `${prefix}.${key}`;
    const row = settingRow(name, member);
    return withoutWrappers(member) instanceof z.ZodObject ? [row, ...settingRows(member, name)] : [row];
  });
}

function settingRow(name: string, member: z.ZodType): SettingRow {
  if (member.description === undefined)
    throw new Error(`${name} has no description: add .describe('…') to its schema.`);
  // Asking the schema itself is the one way that also holds for defaults behind a transform.
  const unset = member.safeParse(undefined);
  // A group's default is those of its members, which have rows of their own.
  const isGroup = withoutWrappers(member) instanceof z.ZodObject;
  const hasDefault = unset.success && unset.data !== undefined && !isGroup;
  const defaultText = hasDefault ? textOf(name, unset.data) : undefined;
  const meaning = [member.description, ...missingChoices(member, defaultText)].join(' ');
  return { name, required: !unset.success, defaultText, meaning };
}

function textOf(name: string, value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return JSON.stringify(value);
  throw new Error(
    `The default of ${name} is neither text, number, boolean nor list: teach deploy/setting-rows.ts to show it.`,
  );
}

/** The allowed values, unless the description names every one of them besides the default already. */
function missingChoices(member: z.ZodType, defaultText: string | undefined): string[] {
  const choices = z.toJSONSchema(member, { io: 'input', unrepresentable: 'any' }).enum?.map(String) ?? [];
  const isNamed = (choice: string): boolean => (member.description ?? '').includes(`\`${choice}\``);
  if (choices.every((choice) => choice === defaultText || isNamed(choice))) return [];
  return [`One of ${choices.map((choice) => `\`${choice}\``).join(', ')}.`];
}

function withoutWrappers(schema: z.ZodType): z.ZodType {
  const isWrapper =
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNullable;
  if (isWrapper) return withoutWrappers(schema.unwrap() as z.ZodType);
  return schema;
}
