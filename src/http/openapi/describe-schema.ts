import { COMPONENTS, type JsonSchema } from './component-schemas.ts';

/** One member of a schema, as a table shows it. */
export interface SchemaRow {
  /** From the top: "destinations[].settings.baseUrl". */
  name: string;
  type: string;
  required: boolean;
  /** Markdown of one paragraph. */
  description: string;
}

/** A schema that is one of several, each with a name; or one table. */
export interface SchemaDescription {
  type: string;
  rows: SchemaRow[];
  choices: { name: string; description: SchemaDescription }[];
}

export type Components = Readonly<Record<string, JsonSchema>>;

const isSchema = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null;
const isNull = (schema: JsonSchema): boolean => schema.type === 'null';

/** Describes a schema for people: nested objects become dotted rows, alternatives of objects become choices. */
export function describeSchema(schema: JsonSchema, components: Components): SchemaDescription {
  const own = resolve(schema, components);
  const alternatives = objectAlternatives(own, components);
  if (alternatives.length > 1) {
    const choices = alternatives.map((one, index) => ({
      name: nameOf(one, index),
      description: describeSchema(one, components),
    }));
    return { type: typeText(own, components), rows: [], choices };
  }
  // Of a list its elements are described: that it is one, its type says.
  const described = own.type === 'array' && isSchema(own.items) ? own.items : own;
  return { type: typeText(own, components), rows: rowsOf(described, components, ''), choices: [] };
}

function rowsOf(schema: JsonSchema, components: Components, prefix: string): SchemaRow[] {
  const own = resolve(schema, components);
  const items = own.items;
  if (own.type === 'array' && isSchema(items) && !Array.isArray(items)) {
    return rowsOf(items, components, `${prefix}[]`);
  }
  const alternatives = objectAlternatives(own, components);
  if (alternatives.length > 0) {
    return alternatives.flatMap((one, index) =>
      rowsOf(one, components, alternatives.length === 1 ? prefix : chosen(prefix, nameOf(one, index))),
    );
  }
  return Object.entries(own.properties ?? {}).flatMap(([key, member]) => {
    if (!isSchema(member)) return [];
    const name = [prefix, key].filter(Boolean).join('.');
    const row = {
      name,
      type: typeText(member, components),
      required: own.required?.includes(key) ?? false,
      description: meaningOf(resolve(member, components)),
    };
    return [row, ...rowsOf(member, components, name)];
  });
}

/** "destinations[]" becomes "destinations[thulium]". */
const chosen = (prefix: string, name: string): string => `${prefix.replace(/\[\]$/, '')}[${name}]`;

/** The alternatives that are objects (or lists of them), without null; empty where the schema is no choice. */
function objectAlternatives(schema: JsonSchema, components: Components): JsonSchema[] {
  const alternatives = (schema.oneOf ?? schema.anyOf ?? []).filter(isSchema);
  const resolved = alternatives.map((one) => resolve(one, components));
  return resolved.filter((one) => one.properties !== undefined || one.type === 'array');
}

/** The value that tells this alternative apart, else what it is described as. */
function nameOf(schema: JsonSchema, index: number): string {
  const constants = Object.values(schema.properties ?? {}).flatMap((member) =>
    isSchema(member) && typeof member.const === 'string' ? [member.const] : [],
  );
  return constants[0] ?? schema.description ?? `Shape ${index + 1}`;
}

/** A type as people say it: "array of string or null". */
export function typeText(schema: JsonSchema, components: Components): string {
  const own = resolve(schema, components);
  const alternatives = (own.oneOf ?? own.anyOf ?? []).filter(isSchema);
  if (alternatives.length > 0) {
    const sorted = [...alternatives.filter((one) => !isNull(one)), ...alternatives.filter(isNull)];
    return [...new Set(sorted.map((one) => typeText(one, components)))].join(' or ');
  }
  if (own.const !== undefined) return JSON.stringify(own.const);
  if (own.enum) return own.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (own.type === 'array') return isSchema(own.items) ? `array of ${typeText(own.items, components)}` : 'array';
  const types: string[] = own.type === undefined ? ['anything'] : [own.type].flat();
  return types.map((type) => (type === 'string' && own.format ? own.format : type)).join(' or ');
}

/** What a schema says in words, with its limits. Patterns are left to the document. */
export function meaningOf(schema: JsonSchema): string {
  const { description = '', default: fallback, minimum, maximum, maxLength, maxItems } = schema;
  const sentences = [
    description,
    fallback === undefined || typeof fallback === 'object' ? '' : `Default \`${JSON.stringify(fallback)}\`.`,
    minimum === undefined ? '' : `At least ${minimum}.`,
    maximum === undefined ? '' : `At most ${maximum}.`,
    maxLength === undefined ? '' : `At most ${maxLength} characters.`,
    maxItems === undefined ? '' : `At most ${maxItems} elements.`,
  ];
  return sentences.filter(Boolean).join(' ');
}

function resolve(schema: JsonSchema, components: Components): JsonSchema {
  const target = schema.$ref === undefined ? undefined : components[schema.$ref.slice(COMPONENTS.length)];
  return target ?? schema;
}
