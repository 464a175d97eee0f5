import { describe, expect, test } from '@jest/globals';
import { createLogger, type Logger } from '../../src/observability/logger.ts';

const CANARY = 'canary-value';

/** Logs once and returns the line. */
function logged(write: (logger: Logger) => void, level = 'info'): string {
  const lines: string[] = [];
  write(createLogger({ level, stream: { write: (line) => void lines.push(line) } }));
  return lines.join('');
}

describe('A field that may hold a secret or a person’s data never reaches the log', () => {
  const fields = [
    'authorization',
    'cookie',
    'password',
    'apiPassword',
    'secret',
    'token',
    'accessToken',
    'refreshToken',
    'access_token',
    'refresh_token',
    'apiKey',
    'restApiKey',
    'captcha',
    'installationKey',
    'signature',
    'body',
    'text',
    'message',
    'email',
    'name',
    'phone',
    'query',
  ];
  const depths = [
    ['at the top', (inner: object) => inner],
    ['one level down', (inner: object) => ({ call: inner })],
    ['two levels down', (inner: object) => ({ call: { settings: inner } })],
  ] as const;

  test.each(fields.flatMap((field) => depths.map(([where, nest]) => [field, where, nest] as const)))(
    '%s %s',
    (field, _where, nest) => {
      const line = logged((logger) => logger.info(nest({ [field]: CANARY, beside: 'seen' })));
      expect(line).not.toContain(CANARY);
      expect(line).toContain(`"${field}":"[redacted]"`);
      expect(line).toContain('"beside":"seen"');
    },
  );

  test('whatever kind of value it is', () => {
    const line = logged((logger) => logger.info({ body: { deep: { deeper: CANARY } }, token: [CANARY] }));
    expect(line).not.toContain(CANARY);
  });

  test('also from a child logger', () => {
    const line = logged((logger) => logger.child({ password: CANARY }).info({ event: 'x' }));
    expect(line).not.toContain(CANARY);
  });
});

describe('An error', () => {
  class RemoteRefusal extends TypeError {
    readonly code = 'E_REFUSED';
    readonly answer = CANARY;
  }
  const failing = (): RemoteRefusal =>
    new RemoteRefusal(`the remote system said ${CANARY}`, { cause: new Error(CANARY) });

  test.each(['error', 'err'])('under %s is logged by class, code and frames, without what it says', (key) => {
    const line = logged((logger) => logger.error({ event: 'failed', [key]: failing() }, 'said apart'));
    expect(line).not.toContain(CANARY);
    expect(JSON.parse(line)).toMatchObject({
      level: 'error',
      event: 'failed',
      [key]: { type: 'RemoteRefusal', code: 'E_REFUSED', stack: expect.stringMatching(/^\s+at .*logger\.test\.ts/) },
    });
  });

  test('of several lines is logged without any of them', () => {
    const line = logged((logger) => logger.error({ error: new Error(`first\n${CANARY}\nthird`) }));
    expect(line).not.toContain(CANARY);
  });

  test('that is none is logged by its kind', () => {
    const line = logged((logger) => logger.error({ error: CANARY }));
    expect(JSON.parse(line)).toMatchObject({ error: { type: 'string' } });
    expect(line).not.toContain(CANARY);
  });

  test('is cut to a few frames', () => {
    const deep = (levels: number): Error => (levels === 0 ? new Error('x') : deep(levels - 1));
    const { error } = JSON.parse(logged((logger) => logger.error({ error: deep(30) }))) as { error: { stack: string } };
    expect(error.stack.split('\n').length).toBeLessThanOrEqual(8);
  });
});

describe('A line', () => {
  test('is JSON with the level by name and the time in ISO 8601', () => {
    const line = logged((logger) => logger.warn({ event: 'x', count: 1 }));
    expect(line.endsWith('\n')).toBe(true);
    expect(JSON.parse(line)).toEqual({
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      event: 'x',
      count: 1,
    });
  });

  test('below the level is not written', () => {
    expect(logged((logger) => logger.debug({ event: 'x' }))).toBe('');
    expect(logged((logger) => logger.error({ event: 'x' }), 'silent')).toBe('');
  });
});
