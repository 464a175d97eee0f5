import { ERROR_TABLE, type ErrorCode } from '../errors.ts';
import { errorAnswer } from '../error-schemas.ts';
import { type ComponentSchemas, createComponentSchemas, type JsonSchema } from './component-schemas.ts';
import { type Answer, type Content, type Guard, type Operation, TAGS } from './operation.ts';

export interface DocumentedContent {
  schema: JsonSchema;
  examples?: Record<string, { value: unknown }>;
}

export interface DocumentedParameter {
  name: string;
  in: 'path' | 'query';
  required: boolean;
  description?: string;
  schema: JsonSchema;
}

export interface DocumentedAnswer {
  description: string;
  headers?: Record<string, { description: string; schema: JsonSchema }>;
  content?: Record<string, DocumentedContent>;
}

export interface DocumentedOperation {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  security: Record<string, never[]>[];
  parameters?: DocumentedParameter[];
  requestBody?: { required: boolean; description?: string; content: Record<string, DocumentedContent> };
  responses: Record<string, DocumentedAnswer>;
}

export type SecurityScheme = { description: string } & (
  { type: 'apiKey'; in: 'header'; name: string } | { type: 'http'; scheme: 'bearer' | 'basic' }
);

/** The part of OpenAPI 3.1 that this service uses. */
export interface OpenApiDocument {
  openapi: '3.1.0';
  info: { title: string; version: string; description: string };
  servers: { url: string }[];
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, DocumentedOperation>>;
  components: { schemas: Record<string, JsonSchema>; securitySchemes: Record<string, SecurityScheme> };
}

export interface DocumentFrame {
  info: OpenApiDocument['info'];
  /** How the outside reaches this service. */
  publicUrl: string;
}

const SECURITY_SCHEMES: Record<string, SecurityScheme> = {
  iadvizeSignature: {
    type: 'apiKey',
    in: 'header',
    name: 'X-iAdvize-Signature',
    description:
      '`sha256=` and 64 lower-case hex digits: an HMAC-SHA256 with the connector’s secret over the raw query for GET and HEAD, over the raw body for everything else.',
  },
  adminToken: { type: 'http', scheme: 'bearer', description: 'The `ADMIN_TOKEN` of this service.' },
  callbackLogin: {
    type: 'http',
    scheme: 'basic',
    description: '`callbackUser` and `callbackPassword` of the destination.',
  },
};

/** OpenAPI knows no key in a path, so the push key is a parameter and no scheme. */
const GUARD_SECURITY: Record<Guard, Record<string, never[]>[]> = {
  none: [],
  'push-key': [],
  signature: [{ iadvizeSignature: [] }],
  admin: [{ adminToken: [] }],
  callback: [{ callbackLogin: [] }],
  'signed-address': [],
};

/** How each guard refuses. */
export const GUARD_ERRORS: Record<Guard, readonly ErrorCode[]> = {
  none: [],
  // Behind the push routes stands the signature check of everything below /iadvize.
  'push-key': ['signature-refused'],
  signature: ['signature-refused'],
  admin: ['unauthorized'],
  callback: ['unauthorized'],
  'signed-address': ['forbidden'],
};

/** Makes the OpenAPI 3.1 document of these operations. Throws when two of them are one path and method, or one id. */
export function createOpenApiDocument(operations: readonly Operation[], frame: DocumentFrame): OpenApiDocument {
  const schemas = createComponentSchemas();
  const paths: OpenApiDocument['paths'] = {};
  const ids = new Set<string>();
  for (const operation of operations) {
    const methods = (paths[operation.path] ??= {});
    if (methods[operation.method] || ids.has(operation.id)) throw new Error(`${operation.id} is declared twice.`);
    ids.add(operation.id);
    methods[operation.method] = documented(operation, schemas);
  }
  return {
    openapi: '3.1.0',
    info: frame.info,
    servers: [{ url: frame.publicUrl }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: { schemas: schemas.all(), securitySchemes: SECURITY_SCHEMES },
  };
}

function documented(operation: Operation, schemas: ComponentSchemas): DocumentedOperation {
  const { id, tag, summary, description, guard, params, query, body, answers } = operation;
  const parameters = [
    ...(params ? parametersOf('path', schemas.sent(params)) : []),
    ...(query ? parametersOf('query', schemas.sent(query)) : []),
  ];
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    security: GUARD_SECURITY[guard],
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: {
        required: body.optional !== true,
        ...(body.description !== undefined && { description: body.description }),
        content: contents(body.content, schemas.sent),
      },
    }),
    responses: {
      ...mapValues(answers, (answer) => documentedAnswer(answer, schemas)),
      ...refusals([...GUARD_ERRORS[guard], ...(operation.errors ?? [])], schemas),
    },
  };
}

/** Each member of an object of parameters; the description belongs to the parameter. */
function parametersOf(place: 'path' | 'query', object: JsonSchema): DocumentedParameter[] {
  return Object.entries(object.properties ?? {}).map(([name, member]) => {
    const { description, ...schema } = member as JsonSchema;
    const required = object.required?.includes(name) ?? false;
    return { name, in: place, required, ...(description !== undefined && { description }), schema };
  });
}

function documentedAnswer({ description, content, headers }: Answer, schemas: ComponentSchemas): DocumentedAnswer {
  return {
    description,
    ...(headers && { headers: mapValues(headers, (text) => ({ description: text, schema: { type: 'string' } })) }),
    ...(content && { content: contents(content, schemas.answered) }),
  };
}

/** One answer for each status, naming the codes that have it. */
function refusals(codes: readonly ErrorCode[], schemas: ComponentSchemas): Record<string, DocumentedAnswer> {
  const schema = schemas.answered(errorAnswer);
  const answers: Record<string, DocumentedAnswer> = {};
  for (const code of new Set(codes)) {
    const { status, retry } = ERROR_TABLE[code];
    const text = retry ? `\`${code}\` (the same call may succeed later)` : `\`${code}\``;
    const known = answers[status]?.description;
    const description = known === undefined ? text : `${known} or ${text}`;
    answers[status] = { description, content: { 'application/json': { schema } } };
  }
  return answers;
}

function contents(
  content: Readonly<Record<string, Content>>,
  convert: (schema: Content['schema']) => JsonSchema,
): Record<string, DocumentedContent> {
  return mapValues(content, ({ schema, examples }) => ({
    schema: convert(schema),
    ...(examples && { examples: mapValues(examples, (value) => ({ value })) }),
  }));
}

function mapValues<From, To>(object: Readonly<Record<string, From>>, map: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));
}
