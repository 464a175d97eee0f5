/** PostgreSQL gave up on one of several that waited for each other, and nothing of it was done. */
const GIVEN_UP = ['40P01', '40001'];
/** A lock did not come within `lock_timeout`, and nothing was done either. */
const LOCK_IN_USE = '55P03';
/** After a fail-over the session may be on a server that only reads. */
const READ_ONLY = '25006';
const DISK_FULL = '53100';

const SQLSTATE = /^[0-9A-Z]{5}$/;
/** Of the system, when the connection fails. */
const SYSTEM_CODE = /^(ECONN\w+|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOST\w+|ENET\w+)$/;
/** Prisma's codes look like those of PostgreSQL. Of them: no server, no time, no connection. */
const PRISMA_CODE = /^P[1-6]\d{3}$/;
const PRISMA_AWAY = /^P(1001|1002|1008|1017|2024|2037)$/;
/** Data that does not fit (22), a rule that is broken (23), a limit of the server (54). */
const OF_THE_DATA = /^(22|23|54)/;

/** By a time limit, usually. */
const CANCELLED = '57014';

/** The driver's own words have no code. */
const OVERDUE = 'Query read timeout';
const CONNECTION_LOST =
  /^(Connection terminated|Client (has encountered a connection error|was closed)|timeout (exceeded when trying to connect|expired))/;

const memberOf = (error: unknown, name: 'code' | 'message'): string => {
  const member = (error as Record<string, unknown> | undefined)?.[name];
  return typeof member === 'string' ? member : '';
};
const codeOf = (error: unknown): string => memberOf(error, 'code');
const messageOf = (error: unknown): string => memberOf(error, 'message');

/** PostgreSQL's own code, where Prisma has none for it. */
function originalCodeOf(error: unknown): string | undefined {
  const { meta } = (error ?? {}) as { meta?: { driverAdapterError?: { cause?: { originalCode?: unknown } } } };
  const code = meta?.driverAdapterError?.cause?.originalCode;
  return typeof code === 'string' ? code : undefined;
}

/** True for a failure of PostgreSQL's that others caused by being there: nothing happened, and it may be done again. */
export const isInTheWay = (error: unknown): boolean => [...GIVEN_UP, LOCK_IN_USE].includes(codeOf(error));

export const isDeadlock = (error: unknown): boolean => codeOf(error) === '40P01';

export const isReadOnly = (error: unknown): boolean => codeOf(error) === READ_ONLY;

export const isDiskFull = (error: unknown): boolean => codeOf(error) === DISK_FULL;

/** An answer that did not come in time. */
export const isOverdue = (error: unknown): boolean => messageOf(error) === OVERDUE;

/** It waited in vain for somebody else, or took too long over this one thing: others may well be served meanwhile. */
export const isWaitInVain = (error: unknown): boolean =>
  isInTheWay(error) || isOverdue(error) || codeOf(error) === CANCELLED;

/** The database looked at what it was given and will not have it: the same again ends the same. */
export const isDataFault = (error: unknown): boolean => OF_THE_DATA.test(codeOf(error));

/**
 * The database could not do it, whatever it was given: it was not to be reached, too slow, full, locked, read-only, about
 * to stop, or its tables are not as they should be. The same again may go well, in a moment or after a long while. False
 * for what is wrong with the data, and for what did not come from the database.
 */
export function isDatabaseFault(error: unknown): boolean {
  const code = originalCodeOf(error) ?? codeOf(error);
  if (code === '') return isOverdue(error) || CONNECTION_LOST.test(messageOf(error));
  if (PRISMA_CODE.test(code)) return PRISMA_AWAY.test(code);
  return SYSTEM_CODE.test(code) || (SQLSTATE.test(code) && !OF_THE_DATA.test(code));
}
