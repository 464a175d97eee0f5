import { expect, test } from '@jest/globals';
import { isDatabaseFault, isDataFault, isWaitInVain } from '../../src/persistence/database-faults.ts';

const withCode = (code: string): Error => Object.assign(new Error('anything'), { code });

test.each([
  ...['08006', '25006', '25P03', '40001', '40P01', '42P01', '53100', '53300', '55P03', '57014', '57P01', '58030'],
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'P1001', 'P2024'],
])('%s is the fault of the database, and of nothing that it was given', (code) => {
  expect(isDatabaseFault(withCode(code))).toBe(true);
  expect(isDataFault(withCode(code))).toBe(false);
});

test.each([
  'Query read timeout',
  'Connection terminated unexpectedly',
  'Connection terminated due to connection timeout',
  'timeout exceeded when trying to connect',
  'Client has encountered a connection error and is not queryable',
])('So is "%s", which the driver says without a code', (message) => {
  expect(isDatabaseFault(new Error(message))).toBe(true);
});

test('A wait in vain is told apart from a database that cannot work', () => {
  for (const code of ['55P03', '40P01', '57014']) expect(isWaitInVain(withCode(code))).toBe(true);
  expect(isWaitInVain(new Error('Query read timeout'))).toBe(true);
  for (const code of ['53100', '57P01', '25006', 'ECONNREFUSED']) expect(isWaitInVain(withCode(code))).toBe(false);
});

test('What Prisma has no code for goes by that of PostgreSQL', () => {
  const wrapped = (originalCode: string): Error =>
    Object.assign(new Error('anything'), { code: 'P2039', meta: { driverAdapterError: { cause: { originalCode } } } });
  expect(isDatabaseFault(wrapped('57P01'))).toBe(true);
  expect(isDatabaseFault(wrapped('23514'))).toBe(false);
});

test.each(['22P02', '22021', '23514', '54000'])('%s is the fault of what it was given', (code) => {
  expect(isDatabaseFault(withCode(code))).toBe(false);
  expect(isDataFault(withCode(code))).toBe(true);
});

test.each([
  ['an error of the code', new TypeError('not a function')],
  ['a code of the file system', withCode('ENOENT')],
  ['a code of Prisma about a row', withCode('P2002')],
  ['a code of Node', withCode('ERR_INVALID_ARG_TYPE')],
  ['a text', 'Query read timeout'],
  ['nothing', undefined],
])('%s did not come from the database', (_what, error: unknown) => {
  expect(isDatabaseFault(error)).toBe(false);
  expect(isDataFault(error)).toBe(false);
});
