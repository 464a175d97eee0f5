import { isInTheWay } from './insisting.ts';

/** Connection lost, no means left, ended by an administrator or a fail-over, trouble of its machine; a server that only reads. */
const SQL_STATES = /^(08|53|57|58)...$|^25006$/;
const SYSTEM_CODES = /^(ECONN\w+|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOST\w+|ENET\w+)$/;
/** Of Prisma: no server, no time, no connection. */
const PRISMA_CODES = /^P(1001|1002|1008|1017|2024|2037)$/;
/** What the driver says without a code. */
const SENTENCES =
  /^(Query read timeout|Connection terminated|timeout exceeded when trying to connect|Client (was closed|has encountered a connection error))/;

/** True for a failure that lies in reaching the database and not in what was asked of it: the same may succeed later. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  if (typeof code !== 'string') return SENTENCES.test(error.message);
  return isInTheWay(error) || [SQL_STATES, SYSTEM_CODES, PRISMA_CODES].some((codes) => codes.test(code));
}
