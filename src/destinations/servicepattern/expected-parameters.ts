import type { VisitorDetails } from '../contract.ts';
import type { ExpectedParameter } from './wire.ts';

/** Whether the visitor's number may be given to the entry at all. */
interface Allowed {
  sendPhoneNumber: boolean;
}

/** What the connector knows for a type of parameter (contract 2, "Expected Parameters"); nothing for TEXT and COMPANY. */
function valueFor(type: string, visitor: VisitorDetails, { sendPhoneNumber }: Allowed): string | undefined {
  switch (type) {
    case 'FIRST_NAME':
      return visitor.firstName;
    case 'LAST_NAME':
      return visitor.lastName;
    case 'EMAIL':
      return visitor.email;
    case 'ACCOUNT':
      return visitor.externalId;
    case 'PHONE':
      return sendPhoneNumber ? visitor.phone : undefined;
    default:
      return undefined;
  }
}

/** What the entry expects, by its own names, as far as it is known of this visitor. */
export function expectedValues(
  expected: readonly ExpectedParameter[],
  visitor: VisitorDetails,
  allowed: Allowed,
): Record<string, string> {
  return Object.fromEntries(
    expected.flatMap(({ name, type }) => {
      const value = valueFor(type, visitor, allowed);
      return value === undefined || value === '' ? [] : [[name, value]];
    }),
  );
}

/** Types that the connector fills in for a visitor it knows. */
const FILLED = new Set(['FIRST_NAME', 'LAST_NAME', 'EMAIL', 'ACCOUNT', 'PHONE']);

/** Names that every start gives anyway. */
const ALWAYS = new Set(['first_name', 'last_name', 'email', 'url']);

/** How many stay empty whoever the visitor is. */
export const countNeverFilled = (expected: readonly ExpectedParameter[]): number =>
  expected.filter(({ name, type }) => !FILLED.has(type) && !ALWAYS.has(name)).length;
