import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { settingRows } from '../../deploy/setting-rows.ts';
import { environmentSchema } from '../../src/config.ts';
import { DESTINATION_TYPES } from '../../src/destinations/registry.ts';

const flag = z.enum(['true', 'false']).transform((text) => text === 'true');
const only = (member: z.ZodType) => settingRows(z.object({ X: member }))[0]!;

describe('settingRows', () => {
  test.each([
    ['a required text', z.string(), true, undefined],
    ['a required text behind a transform', z.string().transform((text) => text.split(',')), true, undefined],
    ['an optional text', z.string().optional(), false, undefined],
    ['a default', z.string().default('./data'), false, './data'],
    ['a number behind a transform', z.string().transform(Number).pipe(z.number()).default(8080), false, '8080'],
    ['a flag behind a transform', flag.default(false), false, 'false'],
    ['a number', z.int().default(0), false, '0'],
    ['a list', z.array(z.string()).default(['a', 'b']), false, '["a","b"]'],
    ['a group with the defaults of its members', z.object({}).prefault({}), false, undefined],
  ])('%s', (_title, member, required, defaultText) => {
    expect(only(member.describe('Says it. `true`.'))).toEqual({
      name: 'X',
      required,
      defaultText,
      meaning: 'Says it. `true`.',
    });
  });

  test('the order is the schema’s', () => {
    const schema = z.object({ b: z.string().describe('B'), a: z.string().describe('A') });
    expect(settingRows(schema).map(({ name }) => name)).toEqual(['b', 'a']);
  });

  test('nested settings are dotted and follow the object they are in, whatever it is wrapped in', () => {
    const inner = z.strictObject({ id: z.string().describe('Id.'), tries: z.int().default(3).describe('Tries.') });
    const schema = z.object({
      first: inner.describe('One.'),
      second: inner.optional().describe('Two.'),
      third: z
        .strictObject({ id: z.string().default('a').describe('Id.') })
        .prefault({})
        .describe('Three.'),
    });
    expect(settingRows(schema).map(({ name, required, defaultText }) => [name, required, defaultText])).toEqual([
      ['first', true, undefined],
      ['first.id', true, undefined],
      ['first.tries', false, '3'],
      ['second', false, undefined],
      ['second.id', true, undefined],
      ['second.tries', false, '3'],
      ['third', false, undefined],
      ['third.id', false, 'a'],
    ]);
  });

  test('choices are added when the description leaves one out', () => {
    expect(only(z.enum(['ha', 'sd']).default('ha').describe('Platform.')).meaning).toBe('Platform. One of `ha`, `sd`.');
  });

  test('choices are not repeated when the description names all but the default', () => {
    expect(only(z.enum(['a', 'b']).default('b').describe('`a` does A.')).meaning).toBe('`a` does A.');
  });

  test('a setting without a description is an error that names it', () => {
    const schema = z.object({ captcha: z.object({ id: z.string() }).describe('Captcha.') });
    expect(() => settingRows(schema)).toThrow('captcha.id has no description');
  });

  test('a default that no text stands for is an error that names it', () => {
    expect(() => only(z.record(z.string(), z.string()).default({ a: 'b' }).describe('Map.'))).toThrow(
      'The default of X',
    );
  });

  test('every variable of the service has its row', () => {
    expect(settingRows(environmentSchema).map(({ name }) => name)).toEqual(Object.keys(environmentSchema.shape));
  });

  test.each(DESTINATION_TYPES)('$type: every secret is a setting that is documented', ({ settings, secretPaths }) => {
    expect(settingRows(settings).map(({ name }) => name)).toEqual(expect.arrayContaining([...secretPaths]));
  });
});
