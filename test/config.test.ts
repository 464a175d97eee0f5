import { describe, expect, test } from '@jest/globals';
import { ConfigError, environmentSchema, readConfig } from '../src/config.ts';

const KEY = Buffer.alloc(32, 1).toString('base64');
const REQUIRED = { IADVIZE_SECRET_TOKENS: 'secret', ENCRYPTION_KEYS: `k1:${KEY}`, ADMIN_TOKEN: 'a'.repeat(32) };

const read = (changes: NodeJS.ProcessEnv = {}) => readConfig({ ...REQUIRED, ...changes });

/** The message about a wrong environment, a line per problem. */
function problems(environment: NodeJS.ProcessEnv): string[] {
  try {
    readConfig(environment);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    const lines = (error as ConfigError).message.split('\n');
    return lines.filter((line) => line.startsWith('  - ')).map((line) => line.slice(4));
  }
  return [];
}

const WRONG = {
  PORT: 'canary',
  DATABASE_URL: 'mysql://canary:canary@db.example/canary',
  IADVIZE_SECRET_TOKENS: 'canary-one,,canary-two@2027-02-30',
  ENCRYPTION_KEYS: `k1:${KEY},canary:canary`,
  ADMIN_TOKEN: 'canary',
  PUBLIC_URL: 'canary://canary.example',
  ROLE: 'canary',
  IADVIZE_REST_URL_SD: 'canary',
  IADVIZE_REST_URL_HA: 'canary',
  IADVIZE_GRAPHQL_URL: 'canary',
  IADVIZE_OAUTH_URL: 'canary',
  IADVIZE_PUSH_KEY: 'canary key with spaces',
  DEFAULT_PLATFORM: 'canary',
  ALLOW_PRIVATE_UPSTREAMS: 'canary',
  LOG_LEVEL: 'canary',
  LOG_PRETTY: 'canary',
};

describe('A wrong environment', () => {
  test('is reported with all its problems at once, each variable by its name', () => {
    const found = problems(WRONG);
    const named = new Set(found.map((line) => line.split(':')[0]));
    expect(named).toEqual(new Set(Object.keys(WRONG)));
    for (const line of found) expect(line).toMatch(/^[A-Z_]+: (is|must|may|does) /);
  });

  test('is reported without any value', () => {
    expect(() => readConfig(WRONG)).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('canary') }),
    );
    expect(() => readConfig(WRONG)).toThrow(expect.not.objectContaining({ message: expect.stringContaining(KEY) }));
  });

  test('says how many corrections it needs and where they are explained', () => {
    expect(() => read({ PORT: 'x' })).toThrow(/^The environment needs a correction:\n {2}- PORT: .+\n.*README/);
    expect(() => read({ PORT: 'x', ROLE: 'x' })).toThrow(/^The environment needs 2 corrections:/);
  });

  test.each([
    ['PORT', '-1'],
    ['PORT', '1.5'],
    ['PORT', '65536'],
    ['PORT', '0x50'],
    ['ADMIN_TOKEN', 'a'.repeat(31)],
    ['IADVIZE_PUSH_KEY', 'k'.repeat(15)],
    ['IADVIZE_PUSH_KEY', 'with/slash/in/the/key'],
    ['DATABASE_URL', 'localhost:5432'],
    ['PUBLIC_URL', 'connector.example'],
    ['ALLOW_PRIVATE_UPSTREAMS', 'yes'],
    ['LOG_LEVEL', 'loud'],
  ])('%s=%s is one problem', (name, value) => {
    expect(problems({ ...REQUIRED, [name]: value })).toEqual([expect.stringMatching(`^${name}: `)]);
  });
});

describe('No secret is built in', () => {
  test('nothing set names each of the required three as missing', () => {
    expect(problems({})).toEqual([
      'IADVIZE_SECRET_TOKENS: is missing',
      'ENCRYPTION_KEYS: is missing',
      'ADMIN_TOKEN: is missing',
    ]);
  });

  test.each(Object.keys(REQUIRED))('%s alone missing, or empty, is the one problem', (name) => {
    expect(problems({ ...REQUIRED, [name]: undefined })).toEqual([`${name}: is missing`]);
    expect(problems({ ...REQUIRED, [name]: '' })).toEqual([`${name}: is missing`]);
  });

  test('the Push API’s key has no default', () => {
    expect(read().IADVIZE_PUSH_KEY).toBeUndefined();
  });
});

describe('A right environment', () => {
  test('gets the documented defaults', () => {
    expect(read()).toMatchObject({
      PORT: 8080,
      HOST: '0.0.0.0',
      DATA_DIR: './data',
      PUBLIC_URL: 'http://localhost:8080',
      ROLE: 'all',
      IADVIZE_REST_URL_SD: 'https://sd.iadvize.com/api/2',
      IADVIZE_REST_URL_HA: 'https://ha.iadvize.com/api/2',
      IADVIZE_GRAPHQL_URL: 'https://api.iadvize.com/graphql',
      DEFAULT_PLATFORM: 'ha',
      ALLOW_PRIVATE_UPSTREAMS: false,
      LOG_LEVEL: 'info',
      LOG_PRETTY: false,
    });
    expect(read().DATABASE_URL).toBeUndefined();
    expect(read().INSTALLATIONS_FILE).toBeUndefined();
  });

  test('may leave any variable empty, which counts as unset', () => {
    const empty = Object.fromEntries(Object.keys(environmentSchema.shape).map((name) => [name, '']));
    expect(readConfig({ ...empty, ...REQUIRED })).toEqual(read());
  });

  test('is read with its slashes and its numbers in order', () => {
    const config = read({
      PORT: '0',
      PUBLIC_URL: 'https://c.example/',
      IADVIZE_REST_URL_HA: 'http://127.0.0.1:1/api/2//',
    });
    expect(config).toMatchObject({
      PORT: 0,
      PUBLIC_URL: 'https://c.example',
      IADVIZE_REST_URL_HA: 'http://127.0.0.1:1/api/2',
    });
  });

  test('may hold variables that are not ours', () => {
    expect(read({ PATH: '/bin', SOMETHING: 'else' })).toEqual(read());
  });
});

describe('ROLE', () => {
  test.each(['web', 'worker'])(
    '%s without DATABASE_URL is refused: the embedded database serves one process',
    (ROLE) => {
      expect(problems({ ...REQUIRED, ROLE })).toEqual([expect.stringMatching(/^ROLE: .*DATABASE_URL/)]);
      expect(problems({ ...REQUIRED, ROLE, DATABASE_URL: '' })).toHaveLength(1);
      expect(read({ ROLE, DATABASE_URL: 'postgresql://db.example/x' }).ROLE).toBe(ROLE);
    },
  );
});

describe('IADVIZE_SECRET_TOKENS', () => {
  const tokens = (text: string) => read({ IADVIZE_SECRET_TOKENS: text }).IADVIZE_SECRET_TOKENS;

  test('is a list, newest first, named by its places', () => {
    expect(tokens('newest, older ,oldest')).toEqual([
      { id: '1', value: 'newest' },
      { id: '2', value: 'older' },
      { id: '3', value: 'oldest' },
    ]);
  });

  test.each([
    ['a@2027-01-31', 'a', '2027-02-01T00:00:00Z'],
    ['a@2026-12-31', 'a', '2027-01-01T00:00:00Z'],
    ['a@2028-02-29', 'a', '2028-03-01T00:00:00Z'],
    ['a@b@2027-01-31', 'a@b', '2027-02-01T00:00:00Z'],
  ])('%s is good to the end of that day', (text, value, endsAt) => {
    expect(tokens(text)).toEqual([{ id: '1', value, endsAt: new Date(endsAt) }]);
  });

  test('a secret may hold an @ that is no end date', () => {
    expect(tokens('p@ss')).toEqual([{ id: '1', value: 'p@ss' }]);
  });

  test.each([
    ['good,,good', 2],
    [',', 1],
    ['good,@2027-01-31', 2],
    ['good,good@2027-02-29', 2],
    ['good@2027-13-01', 1],
    ['good@2027-00-00', 1],
  ])('%s is refused by its place', (text, place) => {
    const found = problems({ ...REQUIRED, IADVIZE_SECRET_TOKENS: text });
    expect(found[0]).toMatch(new RegExp(`^IADVIZE_SECRET_TOKENS: must .*\\(number ${place}\\)$`));
    expect(found.join()).not.toContain('good');
  });
});

describe('ENCRYPTION_KEYS', () => {
  test('is a list of ids and 32 bytes each, in either alphabet of base64', () => {
    const urlSafe = Buffer.alloc(32, 0xff).toString('base64url');
    expect(read({ ENCRYPTION_KEYS: `2026:${KEY}, old_1:${urlSafe}` }).ENCRYPTION_KEYS).toEqual([
      { id: '2026', bytes: Buffer.alloc(32, 1) },
      { id: 'old_1', bytes: Buffer.alloc(32, 0xff) },
    ]);
  });

  test.each([
    [KEY, 1],
    [`:${KEY}`, 1],
    [`k.1:${KEY}`, 1],
    ['k1:', 1],
    [`k1:${Buffer.alloc(16).toString('base64')}`, 1],
    [`k1:${Buffer.alloc(33).toString('base64')}`, 1],
    [`k1:${KEY},`, 2],
    [`k1:${KEY},k2:${'*'.repeat(43)}=`, 2],
  ])('%s is refused by its place', (text, place) => {
    const found = problems({ ...REQUIRED, ENCRYPTION_KEYS: text });
    expect(found[0]).toBe(`ENCRYPTION_KEYS: must be keyId:base64 of 32 bytes (number ${place} is not)`);
  });

  test('one id twice is refused', () => {
    const found = problems({ ...REQUIRED, ENCRYPTION_KEYS: `k1:${KEY},k1:${Buffer.alloc(32).toString('base64')}` });
    expect(found).toEqual(['ENCRYPTION_KEYS: must not use one keyId twice']);
  });
});
