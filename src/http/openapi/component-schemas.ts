import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';

/** A JSON Schema of draft 2020-12, which is what OpenAPI 3.1 takes. */
export type JsonSchema = z.core.JSONSchema.BaseSchema;

export interface ComponentSchemas {
  /** What a sender writes: before transforms, without what has a default. */
  sent(schema: z.ZodType): JsonSchema;
  /** What this service answers. */
  answered(schema: z.ZodType): JsonSchema;
  /** Everything with an id, by it. */
  all(): Record<string, JsonSchema>;
}

const AT_HOME = '#/$defs/';
export const COMPONENTS = '#/components/schemas/';

/** Turns zod schemas into JSON Schemas; those with an id in their `meta` are told once and referred to. */
export function createComponentSchemas(): ComponentSchemas {
  const components: Record<string, JsonSchema> = {};

  function convert(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const converted = z.toJSONSchema(schema, { io, override: io === 'output' ? asAnswered : asSent, unrepresentable });
    const { $defs = {}, ...rest } = referringToComponents(converted);
    delete rest.$schema;
    for (const [id, definition] of Object.entries($defs)) {
      const known = components[id];
      if (known && !isDeepStrictEqual(known, definition)) throw new Error(`Two schemas are called ${id}.`);
      components[id] = definition;
    }
    return rest;
  }

  return {
    sent: (schema) => convert(schema, 'input'),
    answered: (schema) => convert(schema, 'output'),
    all: () => components,
  };
}

type Override = NonNullable<z.core.ToJSONSchemaParams['override']>;

const asSent: Override = ({ jsonSchema }) => {
  // A pattern stays behind where `meta` says that the text is really a number.
  if (jsonSchema.type !== 'string') delete jsonSchema.pattern;
  // JavaScript's own limits are no rule of ours.
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
};

const asAnswered: Override = (context) => {
  asSent(context);
  // Later releases may answer more members: a client must not refuse them.
  if (context.jsonSchema.additionalProperties === false) delete context.jsonSchema.additionalProperties;
};

/** Times are texts in JSON; whatever else JSON does not have is a mistake of a declaration. */
const unrepresentable: z.core.UnrepresentableHandler<z.core.$ZodTypes> = ({ zodSchema }) =>
  zodSchema._zod.def.type === 'date' ? { type: 'string', format: 'date-time' } : 'throw';

function referringToComponents(schema: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify(schema), (key, value: unknown) =>
    key === '$ref' && typeof value === 'string' ? value.replace(AT_HOME, COMPONENTS) : value,
  ) as JsonSchema;
}
