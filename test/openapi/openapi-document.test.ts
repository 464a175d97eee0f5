import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { OPERATIONS } from '../../src/compose-openapi.ts';
import type { OpenApiDocument } from '../../src/http/openapi/openapi-document.ts';
import type { Content } from '../../src/http/openapi/operation.ts';
import { projectFile } from '../deploy/project-file.ts';
import { appRoutes } from '../support/app-routes.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

const PUBLIC_URL = 'https://connector.example/iadvize-app';
const PUSH_KEY = 'push-key_0123456789';

let service: TestService;
let document: OpenApiDocument;

beforeAll(async () => {
  service = await startTestService({ PUBLIC_URL, IADVIZE_PUSH_KEY: PUSH_KEY });
  document = (await request(service.url).get('/openapi.json')).body as OpenApiDocument;
});
afterAll(() => service.stop());

describe('The document', () => {
  test('is valid OpenAPI 3.1, references included', async () => {
    const validator = new Validator();
    expect(await validator.validate({ ...structuredClone(document) })).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
    expect(() => validator.resolveRefs()).not.toThrow();
  });

  test('describes every route of the app, and no other', async () => {
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const routes = await appRoutes(service.url);
    expect(routes).toContain('GET /iadvize/products');
    expect(described.sort()).toEqual(routes);
  });

  test('declares every name in a path as a parameter', () => {
    for (const { id, path, params } of OPERATIONS) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect({ id, params: Object.keys(params?.shape ?? {}) }).toEqual({ id, params: named });
    }
  });

  test('names the service, its address and its release', () => {
    expect(document.servers).toEqual([{ url: PUBLIC_URL }]);
    expect(JSON.parse(projectFile('package.json'))).toMatchObject({ version: document.info.version });
  });

  test('tells things with a name once, and refuses members nobody knows only where the routes do', () => {
    const { Product, Installation, NewInstallation } = document.components.schemas;
    const answer = document.paths['/iadvize/products']?.['get']?.responses['200']?.content?.['application/json'];
    expect(answer?.schema).toEqual({ type: 'array', items: { $ref: '#/components/schemas/Product' } });
    expect(Product).not.toHaveProperty('additionalProperties');
    expect(Installation?.additionalProperties).not.toBe(false);
    expect(NewInstallation?.additionalProperties).toBe(false);
    expect(JSON.stringify(document)).not.toContain('$defs');
  });

  test('holds the settings of every chat system', () => {
    const members = JSON.stringify(document.components.schemas['NewInstallation']);
    for (const setting of ['chatQueueId', 'departmentId', 'sendLegacyAuthHeader']) expect(members).toContain(setting);
  });
});

describe('What is declared holds:', () => {
  const contents = OPERATIONS.flatMap(({ id, body, answers }) => {
    const answered = Object.entries(answers).map(([status, { content }]) => ({ of: `${id}, ${status}`, content }));
    return [{ of: `${id}, body`, content: body?.content }, ...answered];
  });
  const examples = contents.flatMap(({ of, content }) =>
    Object.values(content ?? {}).flatMap(({ schema, examples: named = {} }: Content) =>
      Object.entries(named).map(([name, value]): [string, Content['schema'], unknown] => [
        `${of}: ${name}`,
        schema,
        value,
      ]),
    ),
  );

  test.each(examples)('the example of %s fits', (_name, schema, value) => {
    expect(schema.safeParse(value).error).toBeUndefined();
  });

  test.each(OPERATIONS.map((operation) => [`${operation.method} ${operation.path}`, operation] as const))(
    'the guard of %s',
    async (_name, { method, path, guard }) => {
      const answer = await request(service.url)[method](path.replaceAll(/\{\w+\}/g, 'ha-1'));
      const status = { none: 200, signature: 401, admin: 401, 'push-key': 401, callback: 401, 'signed-address': 403 }[
        guard
      ];
      expect(answer.status).toBe(status);
    },
  );
});

describe('GET /openapi.json', () => {
  test('needs no token and may be kept a while', async () => {
    const answer = await request(service.url).get('/openapi.json');
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(answer.headers['cache-control']).toBe('public, max-age=300');
  });

  test('is not sent again to whoever has it', async () => {
    const { headers } = await request(service.url).get('/openapi.json');
    const again = await request(service.url)
      .get('/openapi.json')
      .set('If-None-Match', headers['etag'] ?? '');
    expect(again.status).toBe(304);
    expect(again.text).toBe('');
    const other = await request(service.url).get('/openapi.json').set('If-None-Match', '"another"');
    expect(other.status).toBe(200);
  });
});
